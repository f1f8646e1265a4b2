package sandbox

import "strings"

// Exit codes of a launcher, as env(1), nice(1), timeout(1) and docker-run(1)
// use them.
const (
	ExitFailed    = 125 // jail itself failed; the program was not started
	ExitCannotRun = 126 // the program was found but could not be executed
	ExitNotFound  = 127 // the program was not found
)

const (
	shell       = "/bin/sh"
	defaultPath = "/bin:/usr/bin" // what execvp(3) takes when PATH is unset
)

// lookupPath returns the PATH that the environment sets, the first as
// getenv(3) finds it, or execvp's default.
func lookupPath(env []string) string {
	for _, kv := range env {
		if value, ok := strings.CutPrefix(kv, "PATH="); ok {
			return value
		}
	}
	return defaultPath
}

// candidates lists the files that execvp(3) tries for a program's name. A name
// with a slash stands for itself; an empty part of PATH is the working directory.
func candidates(name, path string) []string {
	if name == "" {
		return nil
	}
	if strings.Contains(name, "/") {
		return []string{name}
	}
	var files []string
	for dir := range strings.SplitSeq(path, ":") {
		if dir == "" {
			files = append(files, name)
		} else {
			files = append(files, dir+"/"+name)
		}
	}
	return files
}
