package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// packages are the Debian packages that hold the peers and what builds them.
// minijail0 and nsjail are in none.
var packages = [...]string{
	"bubblewrap", "gcc", "libc6-dev", "libseccomp-dev", "nginx-light", "redis-server", "redis-tools", "strace", "wrk",
}

// servicePolicy, while it exists, keeps packages from starting their services
// (invoke-rc.d(8)).
const servicePolicy = "/usr/sbin/policy-rc.d"

// install installs the packages that are missing, where this is Debian and root
// runs it. Elsewhere it does nothing, and rows say what they lack.
func install(ctx context.Context) error {
	if os.Geteuid() != 0 || absent("apt-get") != "" || absent("dpkg-query") != "" {
		return nil
	}
	var missing []string
	for _, p := range packages {
		if !installed(ctx, p) {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	f, err := os.OpenFile(servicePolicy, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o755)
	switch {
	case err == nil:
		defer os.Remove(servicePolicy)
		_, err = f.WriteString("#!/bin/sh\nexit 101\n")
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
	case !errors.Is(err, os.ErrExist): // one that is there already is its owner's to decide
		return err
	}
	if err := aptGet(ctx, "update", "-qq"); err != nil {
		return err
	}
	return aptGet(ctx, append([]string{"install", "-y", "-qq", "--no-install-recommends"}, missing...)...)
}

func installed(ctx context.Context, name string) bool {
	out, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f=${db:Status-Status}", name).Output()
	return err == nil && string(out) == "installed"
}

func aptGet(ctx context.Context, args ...string) error {
	cmd := exec.CommandContext(ctx, "apt-get", args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("apt-get %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}
