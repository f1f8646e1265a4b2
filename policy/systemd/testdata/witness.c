// Writes the filters that systemd installs for directives, instead of
// installing them. It calls systemd's private library, the one that the system
// manager itself uses: its functions end in seccomp_load(3), and the one below
// is found before libseccomp's.
//
// Input: assignments, one a line, "begin" before each unit and "end" after it.
// Output for each unit: the number of programs, then each with its size in
// bytes. A line "known NAME" answers with one byte, whether libseccomp knows
// the call.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ERRNO_KILL (INT_MAX - 1)
enum { INVERT = 1, ALLOW_LIST = 2, PERMISSIVE = 8 };

static void *lib;
static FILE *programs;
static uint32_t count;

static void die(const char *what) {
	fprintf(stderr, "witness: %s\n", what);
	exit(1);
}

static void *sym(const char *name) {
	void *p = dlsym(lib, name);
	if (!p)
		die(dlerror());
	return p;
}

int seccomp_load(const scmp_filter_ctx ctx) {
	int fd = memfd_create("program", 0);
	if (fd < 0 || seccomp_export_bpf(ctx, fd) < 0)
		die("seccomp_export_bpf");
	uint32_t size = lseek(fd, 0, SEEK_END);
	char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		die("mmap");
	fwrite(&size, sizeof size, 1, programs);
	fwrite(p, size, 1, programs);
	munmap(p, size);
	close(fd);
	count++;
	return 0;
}

struct list {
	void *map;
	int allow;
};

static struct list filter, logging;
static void *families;
static int families_allow, families_set, error_number;
static unsigned long namespaces;
static char *flags[32];
static int n_flags;

static void check(int r, const char *what) {
	if (r < 0) {
		errno = -r;
		perror(what);
		exit(1);
	}
}

// words calls systemd's own parser for every word of a list.
static void words(struct list *l, char *value, int is_filter) {
	int (*parse)(const char *, int, void *, int, const char *, const char *, unsigned) = sym("seccomp_parse_syscall_filter");
	int (*split)(const char *, char **, int *) = sym("parse_syscall_and_errno");
	void *(*new)(void *) = sym("_hashmap_new");
	int invert = *value == '~';
	if (!*value) {
		l->map = NULL;
		return;
	}
	value += invert;
	if (!l->map) {
		l->map = new(NULL);
		l->allow = !invert;
		if (is_filter && l->allow)
			check(parse("@default", -1, l->map, PERMISSIVE | ALLOW_LIST, NULL, NULL, 0), "@default");
	}
	for (char *w = strtok(value, " "); w; w = strtok(NULL, " ")) {
		char *name;
		int e;
		check(split(w, &name, &e), w);
		check(parse(name, e, l->map, PERMISSIVE | (invert ? INVERT : 0) | (l->allow ? ALLOW_LIST : 0), NULL, NULL, 0), name);
	}
}

static void assign(char *key, char *value) {
	if (!strcmp(key, "SystemCallFilter"))
		words(&filter, value, 1);
	else if (!strcmp(key, "SystemCallLog"))
		words(&logging, value, 0);
	else if (!strcmp(key, "SystemCallErrorNumber")) {
		int (*parse)(const char *) = sym("parse_errno");
		error_number = ERRNO_KILL;
		if (*value && strcmp(value, "kill"))
			check(error_number = parse(value), value);
	} else if (!strcmp(key, "RestrictAddressFamilies")) {
		int (*from_name)(const char *) = sym("af_from_name");
		int (*put)(void *, void *) = sym("set_put");
		families_set = 1;
		families_allow = *value != '~';
		value += !families_allow;
		for (char *w = strtok(value, " "); w && strcmp(w, "none"); w = strtok(NULL, " ")) {
			int af = from_name(w);
			check(af, w);
			check(put(families, (void *)(intptr_t)af), w);
		}
	} else if (!strcmp(key, "RestrictNamespaces")) {
		int (*parse)(const char *, unsigned long *) = sym("namespace_flags_from_string");
		unsigned long all = 0x7e020000, f = 0;
		int invert = *value == '~';
		if (!strcmp(value, "yes"))
			namespaces = 0;
		else {
			check(parse(value + invert, &f), value);
			namespaces = invert ? all & ~f : f;
		}
	} else if (!strcmp(value, "yes"))
		flags[n_flags++] = strdup(key);
}

static int on(const char *key) {
	for (int i = 0; i < n_flags; i++)
		if (!strcmp(flags[i], key))
			return 1;
	return 0;
}

static void nullary(const char *name) {
	int (*f)(void) = sym(name);
	check(f(), name);
}

static void set(const char *name) {
	int (*load)(uint32_t, const void *, uint32_t, int) = sym("seccomp_load_syscall_filter_set");
	const void *(*find)(const char *) = sym("syscall_filter_set_find");
	check(load(SCMP_ACT_ALLOW, find(name), SCMP_ACT_ERRNO(EPERM), 0), name);
}

static void raw(struct list *l, uint32_t positive, uint32_t negative) {
	int (*load)(uint32_t, void *, uint32_t, int) = sym("seccomp_load_syscall_filter_set_raw");
	if (l->map)
		check(load(l->allow ? negative : positive, l->map, l->allow ? positive : negative, 0), "raw");
}

// load applies what was assigned, in the order of exec_child().
static void load(void) {
	if (on("ProtectHostname"))
		nullary("seccomp_protect_hostname");
	if (families_set) {
		int (*f)(void *, int) = sym("seccomp_restrict_address_families");
		check(f(families, families_allow), "families");
	}
	if (on("MemoryDenyWriteExecute"))
		nullary("seccomp_memory_deny_write_execute");
	if (on("RestrictRealtime")) {
		int (*f)(int) = sym("seccomp_restrict_realtime_full");
		check(f(EPERM), "realtime");
	}
	if (on("RestrictSUIDSGID"))
		nullary("seccomp_restrict_suid_sgid");
	if (namespaces != ~0UL) {
		int (*f)(unsigned long) = sym("seccomp_restrict_namespaces");
		check(f(namespaces), "namespaces");
	}
	if (on("ProtectKernelTunables"))
		nullary("seccomp_protect_sysctl");
	if (on("ProtectKernelModules"))
		set("@module");
	if (on("ProtectKernelLogs"))
		nullary("seccomp_protect_syslog");
	if (on("ProtectClock"))
		set("@clock");
	if (on("PrivateDevices"))
		set("@raw-io");
	if (on("LockPersonality")) {
		int (*f)(unsigned long) = sym("seccomp_lock_personality");
		check(f(0), "personality");
	}
	// A log list is the reverse of a filter: what is listed is logged.
	raw(&logging, SCMP_ACT_LOG, SCMP_ACT_ALLOW);
	raw(&filter, SCMP_ACT_ALLOW, error_number == ERRNO_KILL ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_ERRNO(error_number));
}

int main(int argc, char **argv) {
	char line[65536], *buf = NULL;
	size_t size = 0;
	if (argc != 2 || !(lib = dlopen(argv[1], RTLD_NOW)))
		die(argc == 2 ? dlerror() : "usage: witness LIBRARY");
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = 0;
		if (!strcmp(line, "begin")) {
			void *(*new)(void *) = sym("_set_new");
			memset(&filter, 0, sizeof filter);
			memset(&logging, 0, sizeof logging);
			families = new(NULL);
			families_set = n_flags = 0;
			error_number = ERRNO_KILL;
			namespaces = ~0UL;
			count = 0;
			programs = open_memstream(&buf, &size);
		} else if (!strcmp(line, "end")) {
			load();
			fclose(programs);
			fwrite(&count, sizeof count, 1, stdout);
			fwrite(buf, size, 1, stdout);
			free(buf);
		} else if (!strncmp(line, "known ", 6)) {
			putchar(seccomp_syscall_resolve_name(line + 6) != __NR_SCMP_ERROR);
		} else {
			char *eq = strchr(line, '=');
			if (!eq)
				die(line);
			*eq = 0;
			assign(line, eq + 1);
		}
	}
	return 0;
}
