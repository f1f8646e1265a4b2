// Command bench measures what jail costs, side by side with other ways of doing
// the same, and prints the ratios as Markdown. It exits with 1 if a row failed.
//
// Every figure is the median of several rounds; in each round all peers of a
// row are measured one after the other, and ratios are taken within the round.
// The quartiles are those of the ratios.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"strings"
	"syscall"
)

func main() {
	quick := flag.Bool("quick", false, "few repetitions: a try, not a measurement")
	pattern := flag.String("run", "", "measure the rows whose heading or name matches this `regexp`")
	jail := flag.String("jail", "", "measure this `binary` instead of one built from the source")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	wanted, err := regexp.Compile(*pattern)
	if err == nil && flag.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if err == nil {
		err = run(ctx, *jail, *quick, wanted)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, jail string, quick bool, wanted *regexp.Regexp) error {
	if err := install(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench: rows will be missing:", err)
	}
	l, err := newLab(ctx, jail, quick)
	if err != nil {
		return err
	}
	defer l.close()
	fmt.Printf("# What jail costs\n\n`%s`: %s.\n", invocation(), machine())
	return measure(ctx, l, wanted, &table{w: os.Stdout})
}

// measure runs the rows that are wanted, those that fail included.
func measure(ctx context.Context, l *lab, wanted *regexp.Regexp, t *table) error {
	defer t.close()
	failed := 0
	for _, plan := range plans() {
		if !wanted.MatchString(plan.group.title + ": " + plan.name) {
			continue
		}
		r := &row{group: plan.group, name: plan.name}
		err := plan.prepare(ctx, l, r)
		var res *result
		if err == nil {
			res, err = r.run(ctx)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed++
			t.failed(r, err)
			continue
		}
		t.result(res)
	}
	if failed > 0 {
		return fmt.Errorf("%d rows could not be measured", failed)
	}
	return nil
}

func invocation() string {
	return strings.Join(append([]string{"go run ./bench"}, os.Args[1:]...), " ")
}
