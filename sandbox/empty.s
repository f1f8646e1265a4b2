// Present so that the compiler accepts the bodyless, linknamed declarations of
// fork_unsafe.go.
