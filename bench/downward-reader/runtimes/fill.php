<?php
// Fill the request's memory up to memory_limit, write a file into FULL, and hold it.
$most = ((int) ini_get('memory_limit')) * 2 ** 20 - 2 * 2 ** 20;
$held = [];
while (memory_get_usage(true) < $most) $held[] = random_bytes(65536);
touch(getenv('FULL') . '/' . getmypid());
sleep(30);
