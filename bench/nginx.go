package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func nginxPlan(g *group) plan {
	return plan{g, "nginx, one worker, a file of 612 bytes, under wrk -t 1 -c 32",
		func(_ context.Context, l *lab, r *row) error {
			r.rounds = l.pick(9, 1)
			planService(l, r, nginx(l))
			return nil
		}}
}

func nginx(l *lab) *service {
	return &service{
		needs: []string{"nginx", "wrk"},
		argv:  func(port int) ([]string, error) { return nginxCommand(l, port) },
		drive: func(ctx context.Context, port int) (float64, error) {
			out, err := output(ctx, anywhere, "wrk", "-t", "1", "-c", "32", "-d", fmt.Sprintf("%ds", l.pick(3, 1)),
				fmt.Sprintf("http://127.0.0.1:%d/", port))
			if err != nil {
				return 0, err
			}
			return wrkRate(out)
		},
	}
}

// nginxCommand lays out a directory with a page and a configuration, and
// returns the command of a server that uses nothing else.
func nginxCommand(l *lab, port int) ([]string, error) {
	dir := l.file("nginx")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	page := strings.Repeat("jail\n", 122) + "\n\n"
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte(page), 0o644); err != nil {
		return nil, err
	}
	var temp strings.Builder
	for _, of := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "\t%s_temp_path %s/%s;\n", of, dir, of)
	}
	user := "" // only root can change it, and nginx warns of the line otherwise
	if os.Geteuid() == 0 {
		user = "user nobody nogroup;\n"
	}
	config := fmt.Sprintf(`daemon off;
worker_processes 1;
%spid %[2]s/pid;
error_log stderr crit;
events { worker_connections 256; }
http {
	access_log off;
	sendfile on;
%[3]s	server { listen 127.0.0.1:%[4]d; root %[2]s; }
}
`, user, dir, temp.String(), port)
	file := filepath.Join(dir, "nginx.conf")
	return []string{"nginx", "-p", dir, "-e", "stderr", "-c", file}, os.WriteFile(file, []byte(config), 0o644)
}

// wrkRate reads requests a second from what wrk prints.
func wrkRate(out string) (float64, error) {
	rate, err := 0.0, fmt.Errorf("wrk told no rate: %q", out)
	for line := range strings.Lines(out) {
		if strings.Contains(line, "Non-2xx") {
			return 0, fmt.Errorf("wrk: %s", strings.TrimSpace(line))
		}
		if value, ok := strings.CutPrefix(line, "Requests/sec:"); ok {
			rate, err = number(value)
		}
	}
	return rate, err
}
