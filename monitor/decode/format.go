package decode

// format says how one argument reads.
type format uint8

// args are the formats of a call's arguments in the order of its registers.
type args [6]format

// The formats that need code. From firstSet on a format is a set of names.
const (
	end  format = iota // no further argument
	skip               // a register that the kernel ignores here

	// What a register says by itself, and strings.
	fd       // a descriptor
	dirfd    // a descriptor, or AT_FDCWD
	path     // a string that names a file
	str      // a string that names something else
	strLen   // bytes, as many as the next argument says
	char     // a byte behind a pointer
	ptr      // an address
	hex      // a number that reads best in hex
	i32      // int
	u32      // unsigned int
	long     // long
	ulong    // unsigned long, size_t
	loff     // loff_t: two registers in 32-bit ABIs
	hex64    // the same in hex
	position // two registers in every ABI, of which 64-bit ones ignore the second
	id       // uid_t or gid_t, -1 for none
	pid      // a process or thread

	// Numbers that make the shape.
	octal            // permission bits
	openMode         // permission bits if the flags before create a file; nothing and the end otherwise
	fileMode         // a file type and permission bits
	device           // a device number
	signal           // a signal's number
	cloneSignalFlags // clone(2)'s: the low byte is the exit signal
	futexOp          // an operation and its flags
	quotaCmd         // a command and a quota type
	keyring          // a keyring's number
	protocol         // by the family, the first argument
	optname          // by the level, the second argument
	ipcKey           // of shmget(2) and its like
	ipcMode          // IPC_CREAT and permission bits
	shmMode          // the same with the flags of shmget(2)

	// What follows depends on an argument before.
	fcntlRest   // the command
	ioctlRest   // the command
	prctlRest   // the option
	ptraceRest  // the request
	keyctlRest  // the operation
	futexRest   // the operation, which is the first of the rest
	futexRest64 // the same with 64-bit times in 32-bit ABIs

	// What is behind a pointer.
	firstStruct
	openHow    = iota - 1 // struct open_how
	cloneArgs             // struct clone_args, its size in the next argument
	argv                  // an array of strings
	envp                  // an array of strings, of which the number is enough
	timespec              // struct timespec
	timespec64            // the same, 64-bit in 32-bit ABIs as well
	rlimit                // struct rlimit
	rlimit64              // struct rlimit64
	signals               // a sigset_t
	optval                // an int, its size in the next argument
	sockaddr              // its length in the next argument
	msghdr                // struct msghdr

	firstSet
)

// choice is what follows an argument that selects among operations.
type choice struct {
	value uint64
	rest  args
}

// choose finds the formats that follow v.
func choose(among []choice, v uint64, otherwise args) args {
	for i := range among {
		if among[i].value == v {
			return among[i].rest
		}
	}
	return otherwise
}
