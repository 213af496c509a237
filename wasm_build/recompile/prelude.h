// What the C of c_writer.mjs is written with.

typedef unsigned char u8;
typedef signed char s8;
typedef unsigned short u16;
typedef short s16;
typedef unsigned u32;
typedef int s32;
typedef unsigned long long u64;
typedef long long s64;
typedef float f32;
typedef double f64;
typedef char* address;

// Memory has no types: any access may meet any other.
#define LOAD(type, alignment, from)                                     \
  ({                                                                    \
    typedef type Cell __attribute__((aligned(alignment), may_alias));   \
    *(const Cell*)(from);                                               \
  })
#define STORE(type, alignment, to, value)                               \
  ({                                                                    \
    typedef type Cell __attribute__((aligned(alignment), may_alias));   \
    *(Cell*)(to) = (type)(value);                                       \
  })

#define INLINE static inline __attribute__((always_inline))

INLINE u32 clz32(u32 a) { return a ? (u32)__builtin_clz(a) : 32; }
INLINE u32 ctz32(u32 a) { return a ? (u32)__builtin_ctz(a) : 32; }
INLINE u64 clz64(u64 a) { return a ? (u64)__builtin_clzll(a) : 64; }
INLINE u64 ctz64(u64 a) { return a ? (u64)__builtin_ctzll(a) : 64; }
INLINE u32 float_bits(f32 a) { return (union { f32 from; u32 to; }){a}.to; }
INLINE u64 double_bits(f64 a) { return (union { f64 from; u64 to; }){a}.to; }
INLINE f32 float_of(u32 a) { return (union { u32 from; f32 to; }){a}.to; }
INLINE f64 double_of(u64 a) { return (union { u64 from; f64 to; }){a}.to; }

// V8 leaves compiled code for memory.fill and memory.copy, which takes longer than the few doubles that MuJoCo
// mostly moves: 6 % of HalfCheetah's time. Blocks of more bytes are worth it.
enum { SMALL_BLOCK = 512 };

typedef u64 Pair __attribute__((vector_size(16), aligned(1), may_alias));
typedef u64 Single __attribute__((aligned(1), may_alias));

INLINE void fill(address to, u32 byte, u32 size) {
  if (size > SMALL_BLOCK || size % 8 != 0) {
    __builtin_memset(to, (int)byte, size);
    return;
  }
  const u64 word = (byte & 255) * 0x0101010101010101ull;
#pragma clang loop unroll(disable) vectorize(disable)
  for (; size >= 16; size -= 16, to += 16) *(Pair*)to = (Pair){word, word};
  if (size) *(Single*)to = word;
}

// In ascending order an overlap is right unless the target begins inside the source.
INLINE void copy(address to, address from, u32 size) {
  if (size > SMALL_BLOCK || size % 8 != 0 || (u32)to - (u32)from < size) {
    __builtin_memmove(to, from, size);
    return;
  }
#pragma clang loop unroll(disable) vectorize(disable)
  for (; size >= 16; size -= 16, to += 16, from += 16) *(Pair*)to = *(Pair*)from;
  if (size) *(Single*)to = *(Single*)from;
}
