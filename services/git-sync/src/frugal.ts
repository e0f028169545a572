import { setFlagsFromString } from 'node:v8';

/*
 * git-sync waits nearly all of its life, and its work is git's: machine code optimized for speed, and the compiler that
 * makes it, would be 10 MB that nobody gains from. Imported before all else, so that nothing is compiled by then.
 */
for (const flag of ['--no-opt', '--optimize-for-size', '--max-lazy']) setFlagsFromString(flag);
