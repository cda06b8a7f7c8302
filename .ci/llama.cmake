# Read by CMake when pip compiles llama.cpp: the engine needs libllama and ggml only. A plain variable set here wins
# over the cache entry by which the wheel's build asks for llama.cpp's "common" library, two thirds of the work.
set(LLAMA_BUILD_COMMON OFF)
