/* tracer LOG PROGRAM [ARGUMENT...]: deny chroot to a program and its
 * descendants with EPERM, a line in LOG for each. This is about the least that
 * a tracer can do: one filter of four instructions, PTRACE_SEIZE, one
 * PTRACE_GET_SYSCALL_INFO and two PTRACE_POKEUSERs a call. It decodes nothing,
 * and what could defeat it (other ABIs, CLONE_UNTRACED, listeners) is left open. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/reg.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
#error "the C tracer knows the registers of x86_64 only"
#endif

long ptrace(int request, ...);

enum {
	OPTIONS = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		  PTRACE_O_EXITKILL,
};

static void die(const char *what)
{
	fprintf(stderr, "tracer: %s: %s\n", what, strerror(errno));
	exit(125);
}

static void become(int go, char **argv)
{
	char c;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_chroot, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof *code, code };
	if (read(go, &c, 1) != 1)
		exit(125);
	close(go);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog))
		die("seccomp");
	execvp(argv[0], argv);
	die(argv[0]);
}

static void deny(pid_t pid, int log)
{
	struct ptrace_syscall_info info;
	char line[256];
	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) < 0)
		return;
	int n = snprintf(line, sizeof line, "%d: denied call %llu(%#llx, %#llx, %#llx)\n", pid, info.seccomp.nr,
			 info.seccomp.args[0], info.seccomp.args[1], info.seccomp.args[2]);
	if (write(log, line, n) != n)
		die("write");
	ptrace(PTRACE_POKEUSR, pid, 8L * ORIG_RAX, -1L);
	ptrace(PTRACE_POKEUSR, pid, 8L * RAX, (long)-EPERM);
}

/* follow answers stops until the last tracee has ended; the program's own wait
 * status is the result. */
static int follow(pid_t program, int log)
{
	int status, result = 0;
	pid_t pid;
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			if (pid == program)
				result = status;
			continue;
		}
		int sig = WSTOPSIG(status), event = status >> 16;
		if (event == PTRACE_EVENT_STOP && sig != SIGTRAP) {
			ptrace(PTRACE_LISTEN, pid, 0, 0);
			continue;
		}
		if (event == PTRACE_EVENT_SECCOMP)
			deny(pid, log);
		ptrace(PTRACE_CONT, pid, 0, event ? 0L : (long)sig);
	}
	return result;
}

int main(int argc, char **argv)
{
	int go[2];
	if (argc < 3) {
		fprintf(stderr, "usage: tracer LOG PROGRAM [ARGUMENT...]\n");
		return 125;
	}
	int log = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
	if (log < 0)
		die(argv[1]);
	if (pipe2(go, O_CLOEXEC))
		die("pipe2");
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		become(go[0], argv + 2);
	if (ptrace(PTRACE_SEIZE, pid, 0L, (long)OPTIONS))
		die("PTRACE_SEIZE");
	if (write(go[1], "", 1) != 1)
		die("write");
	int status = follow(pid, log);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
