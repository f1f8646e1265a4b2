package sandbox

import _ "unsafe" // for go:linkname

//go:linkname runtimeEnvs syscall.runtime_envs
func runtimeEnvs() []string

// Environ returns the environment exactly as execve(2) delivered it. os.Environ
// would leave out what it takes for duplicates.
func Environ() []string { return runtimeEnvs() }
