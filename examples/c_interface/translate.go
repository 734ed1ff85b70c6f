// Translates one made-up row through a map: CGO_CFLAGS and CGO_LDFLAGS say where vec2vec/c.h and libvec2vec_c are.
package main

/*
#cgo LDFLAGS: -lvec2vec_c
#include <stdlib.h>
#include <vec2vec/c.h>
*/
import "C"

import (
	"fmt"
	"math"
	"os"
	"unsafe"
)

func fail() {
	fmt.Fprintln(os.Stderr, C.GoString(C.vec2vec_error()))
	os.Exit(2)
}

func main() {
	path := C.CString(os.Args[1])
	defer C.free(unsafe.Pointer(path))
	m := C.vec2vec_map_load(path)
	if m == nil {
		fail()
	}
	defer C.vec2vec_map_free(m)
	row := make([]float32, C.vec2vec_map_source_dim(m))
	out := make([]float32, C.vec2vec_map_target_dim(m))
	for j := range row {
		row[j] = float32(math.Sin(float64(j)))
	}
	if C.vec2vec_translate_one(m, (*C.float)(&row[0]), C.int64_t(len(row)), (*C.float)(&out[0])) != C.VEC2VEC_OK {
		fail()
	}
	fmt.Printf("%d %.5f %.5f %.5f\n", len(out), out[0], out[1], out[2])
}
