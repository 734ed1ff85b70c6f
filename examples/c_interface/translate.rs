// Translates one made-up row through a map: rustc translate.rs -L FOLDER -l vec2vec_c
use std::ffi::{c_char, c_int, CStr, CString};

#[repr(C)]
struct Map {
    _private: [u8; 0],
}

#[link(name = "vec2vec_c")]
extern "C" {
    fn vec2vec_map_load(path: *const c_char) -> *mut Map;
    fn vec2vec_map_source_dim(map: *const Map) -> i64;
    fn vec2vec_map_target_dim(map: *const Map) -> i64;
    fn vec2vec_translate_one(map: *const Map, row: *const f32, dim: i64, out: *mut f32) -> c_int;
    fn vec2vec_map_free(map: *mut Map);
    fn vec2vec_error() -> *const c_char;
}

fn fail() -> ! {
    eprintln!("{}", unsafe { CStr::from_ptr(vec2vec_error()) }.to_string_lossy());
    std::process::exit(2)
}

fn main() {
    let path = CString::new(std::env::args().nth(1).expect("usage: translate MAP")).unwrap();
    unsafe {
        let map = vec2vec_map_load(path.as_ptr());
        if map.is_null() {
            fail();
        }
        let row: Vec<f32> = (0..vec2vec_map_source_dim(map)).map(|j| (j as f64).sin() as f32).collect();
        let mut out = vec![0f32; vec2vec_map_target_dim(map) as usize];
        if vec2vec_translate_one(map, row.as_ptr(), row.len() as i64, out.as_mut_ptr()) != 0 {
            fail();
        }
        println!("{} {:.5} {:.5} {:.5}", out.len(), out[0], out[1], out[2]);
        vec2vec_map_free(map);
    }
}
