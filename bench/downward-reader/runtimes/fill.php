<?php
// Fill the request to its memory_limit, say so, and hold it.
$most = ((int) ini_get('memory_limit')) * 2 ** 20 - 2 * 2 ** 20;
$held = [];
while (memory_get_usage(true) < $most) $held[] = random_bytes(65536);
touch(getenv('FULL') . '/' . getmypid());
sleep(30);
