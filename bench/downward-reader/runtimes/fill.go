// Keep 90 % of GOMEMLIMIT alive and make garbage beside it. The collector must free the garbage before the kernel kills.
package main

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"time"
)

var garbage []byte

func main() {
	limit := debug.SetMemoryLimit(math.MaxInt64)
	debug.SetMemoryLimit(limit)
	var held [][]byte
	for size := int64(0); size < limit*9/10; size += 1 << 20 {
		block := make([]byte, 1<<20)
		for at := range block {
			block[at] = byte(at)
		}
		held = append(held, block)
	}
	for round := 0; round < 2000; round++ {
		garbage = make([]byte, 1<<20)
	}
	os.WriteFile(fmt.Sprintf("%s/%d", os.Getenv("FULL"), os.Getpid()), nil, 0o644)
	time.Sleep(time.Minute)
	fmt.Println(len(held))
}
