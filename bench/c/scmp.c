/* scmp LEVEL RULES PROGRAM [ARGUMENT...]: install what libseccomp makes of
 * RULES, optimised at LEVEL (SCMP_FLTATR_CTL_OPTIMIZE: 1 is its default, 2 a
 * binary tree), and execute the program. A line of RULES is
 *
 *     default RETURN
 *     rule RETURN NR [ARG OP VALUE MASK]...
 *
 * with numbers as strtoull(3) reads them; RETURN is a SECCOMP_RET_* value and OP
 * the name of enum scmp_compare without its SCMP_CMP_. MASK counts for
 * MASKED_EQ alone. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static scmp_filter_ctx ctx;

static void die(const char *what, int e)
{
	fprintf(stderr, "scmp: %s: %s\n", what, strerror(e));
	exit(125);
}

static enum scmp_compare compare(const char *op)
{
	static const char *const names[] = { "NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ" };
	static const enum scmp_compare values[] = { SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE,       SCMP_CMP_EQ,
						    SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ };
	for (int i = 0; op && i < 7; i++)
		if (!strcmp(op, names[i]))
			return values[i];
	die("comparison", EINVAL);
	return 0;
}

static unsigned long long number(void)
{
	char *word = strtok(NULL, " \n");
	if (!word)
		die("number", EINVAL);
	return strtoull(word, NULL, 0);
}

static void rule(const char *line)
{
	struct scmp_arg_cmp args[6];
	unsigned n = 0;
	unsigned action = number();
	int nr = number();
	for (char *word; n < 6 && (word = strtok(NULL, " \n")); n++) {
		args[n].arg = strtoull(word, NULL, 0);
		args[n].op = compare(strtok(NULL, " \n"));
		args[n].datum_a = number();
		args[n].datum_b = number();
		if (args[n].op == SCMP_CMP_MASKED_EQ) { /* mask first, then value */
			scmp_datum_t value = args[n].datum_a;
			args[n].datum_a = args[n].datum_b;
			args[n].datum_b = value;
		}
	}
	int e = seccomp_rule_add_array(ctx, action, nr, n, args);
	if (e)
		die(line, -e);
}

static void load(const char *path, unsigned level)
{
	char line[512], copy[512];
	FILE *f = fopen(path, "re");
	if (!f)
		die(path, errno);
	while (fgets(line, sizeof line, f)) {
		strcpy(copy, line);
		char *word = strtok(line, " \n");
		if (word && !strcmp(word, "default")) {
			ctx = seccomp_init(number());
			if (!ctx)
				die("seccomp_init", EINVAL);
		} else if (word && ctx && !strcmp(word, "rule")) {
			rule(copy);
		} else {
			die(copy, EINVAL);
		}
	}
	fclose(f);
	int e = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, level);
	if (e)
		die("SCMP_FLTATR_CTL_OPTIMIZE", -e);
	if ((e = seccomp_load(ctx)))
		die("seccomp_load", -e);
}

int main(int argc, char **argv)
{
	if (argc < 4) {
		fprintf(stderr, "usage: scmp LEVEL RULES PROGRAM [ARGUMENT...]\n");
		return 125;
	}
	load(argv[2], atoi(argv[1]));
	execvp(argv[3], argv + 3);
	die(argv[3], errno);
}
