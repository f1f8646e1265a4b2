package decode

// oLargefile is O_LARGEFILE of the kernel's <asm/fcntl.h>; 64-bit C libraries
// define theirs as 0.
const oLargefile = 0x8000
