/*
 * Reads policies and writes the programs that libseccomp makes of them: for
 * each its size in bytes as a 32-bit word, then the program.
 *
 *	policy OPTIMIZE DEFAULT BADARCH   actions are SECCOMP_RET_* values
 *	rule ACTION NR N [ARG OP A B]*N   if all N comparisons hold; OP is enum scmp_compare
 *	end
 */
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void check(int rc, const char *what)
{
	if (rc < 0) {
		fprintf(stderr, "%s: %s\n", what, strerror(-rc));
		exit(1);
	}
}

static void export(scmp_filter_ctx ctx)
{
	static char copy[1 << 16];
	FILE *file = tmpfile();
	uint32_t size;

	if (!file)
		check(-1, "tmpfile");
	check(seccomp_export_bpf(ctx, fileno(file)), "seccomp_export_bpf");
	rewind(file);
	size = fread(copy, 1, sizeof(copy), file);
	fwrite(&size, sizeof(size), 1, stdout);
	fwrite(copy, 1, size, stdout);
	fclose(file);
}

int main(void)
{
	scmp_filter_ctx ctx = NULL;
	unsigned int optimize, action, badarch, n, i;
	char word[16];
	int nr;

	while (scanf("%15s", word) == 1) {
		if (!strcmp(word, "policy")) {
			if (scanf("%u %u %u", &optimize, &action, &badarch) != 3)
				return 1;
			ctx = seccomp_init(action);
			if (!ctx)
				return 1;
			check(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, badarch), "badarch");
			check(seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, optimize), "optimize");
		} else if (!strcmp(word, "rule")) {
			struct scmp_arg_cmp cmp[6];

			if (scanf("%u %d %u", &action, &nr, &n) != 3 || n > 6)
				return 1;
			for (i = 0; i < n; i++) {
				unsigned int arg, op;

				if (scanf("%u %u %" SCNu64 " %" SCNu64, &arg, &op, &cmp[i].datum_a, &cmp[i].datum_b) != 4)
					return 1;
				cmp[i].arg = arg;
				cmp[i].op = op;
			}
			check(seccomp_rule_add_array(ctx, action, nr, n, cmp), "seccomp_rule_add_array");
		} else if (!strcmp(word, "end")) {
			export(ctx);
			seccomp_release(ctx);
		} else {
			return 1;
		}
	}
	return 0;
}
