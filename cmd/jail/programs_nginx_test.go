package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// nginx as services have it: a master that is root, workers that are not, two
// event loops and a pool of threads that reads files.
const nginxConf = `%s
daemon off;
worker_processes 2;
pid nginx.pid;
error_log error.log;
events { worker_connections 128; }
http {
	access_log access.log;
	client_body_temp_path tmp-body; proxy_temp_path tmp-proxy; fastcgi_temp_path tmp-fastcgi;
	uwsgi_temp_path tmp-uwsgi; scgi_temp_path tmp-scgi;
	sendfile on;
	server {
		listen %s:%s;
		root html;
		location /generation { return 200 "%s\n"; }
		location /threads/ { alias html/; sendfile off; aio threads; directio 4k; }
		location /gzip/ { alias html/; gzip on; gzip_types *; }
		location /via/ { proxy_pass http://%[2]s:%[3]s/; }
	}
}
`

func TestNginx(t *testing.T) {
	t.Parallel()
	nginx(t, ways(t, "web"))
}

func nginx(t *testing.T, ws []way) {
	tool(t, "nginx", "nginx-light")
	sessions(t, ws, func(w way) (string, outcome) {
		host, port := freeAddress(t)
		configure := func(dir, generation string) error {
			conf := fmt.Sprintf(nginxConf, workers(t, w), host, port, generation)
			return os.WriteFile(filepath.Join(dir, "nginx.conf"), []byte(conf), 0o644)
		}
		big := strings.Repeat("0123456789abcde\n", 1<<14)
		dir := w.workDir(t, func(dir string) error {
			if err := os.Mkdir(filepath.Join(dir, "html"), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, "html", "big"), []byte(big), 0o644); err != nil {
				return err
			}
			return configure(dir, "first")
		})
		s := w.serve(t, dir, "nginx", "-p", dir, "-c", "nginx.conf", "-e", "error.log")
		s.answers(host + ":" + port)
		url := "http://" + host + ":" + port
		load(t, w.name, url+"/generation", "first\n", 2000, 16)
		for _, by := range []string{"", "/threads", "/gzip", "/via"} {
			load(t, w.name, url+by+"/big", big, 40, 4)
		}
		if w.jail != nil && w.user == 0 {
			wrk(t, w, url)
		}

		s.reload(dir, url, configure)
		s.loseWorker(url)
		end := s.end(unix.SIGQUIT)
		if text, _ := os.ReadFile(filepath.Join(dir, "error.log")); end.status != 0 || strings.Contains(string(text), "[") && !onlyKilled(string(text)) {
			t.Errorf("%s: ends with %#x; its log: %s", w.name, end.status, text)
		}
		if _, err := get(http.DefaultClient, url); err == nil {
			t.Errorf("%s: a worker is left", w.name)
		}
		return "", end
	})
}

// workers is the directive that says who the workers are.
func workers(t *testing.T, w way) string {
	if os.Geteuid() != 0 || w.user != 0 {
		return ""
	}
	nobody, err := user.LookupId("65534")
	if err != nil {
		skip(t, "there is no nobody here: %v", err)
	}
	group, err := user.LookupGroupId(nobody.Gid)
	if err != nil {
		skip(t, "nobody has no group here: %v", err)
	}
	return "user " + nobody.Username + " " + group.Name + ";"
}

// wrk loads the server for a second, where that is more than it can be asked
// to do by this process.
func wrk(t *testing.T, w way, url string) {
	t.Helper()
	out, err := exec.Command(tool(t, "wrk", "wrk"), "-t1", "-c16", "-d1s", url+"/big").CombinedOutput()
	if text := string(out); err != nil || !strings.Contains(text, " requests in ") || strings.Contains(text, " 0 requests in ") ||
		strings.Contains(text, "Socket errors") || strings.Contains(text, "Non-2xx") {
		t.Errorf("%s: wrk: %v\n%s", w.name, err, text)
	}
}

// reload has the server take another configuration under load.
func (s *server) reload(dir, url string, configure func(dir, generation string) error) {
	s.t.Helper()
	if err := configure(dir, "second"); err != nil {
		s.t.Fatal(err)
	}
	loaded := make(chan bool)
	go func() {
		load(s.t, s.way.name, url+"/big", strings.Repeat("0123456789abcde\n", 1<<14), 200, 4)
		close(loaded)
	}()
	s.Process.Signal(unix.SIGHUP)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
	s.until("has another configuration", func() bool {
		got, _ := get(client, url+"/generation")
		return got == "200 second\n"
	})
	<-loaded
	s.until("has its old workers gone", func() bool { return len(children(s.Process.Pid)) == 2 })
}

// loseWorker kills a worker; the master must make another.
func (s *server) loseWorker(url string) {
	s.t.Helper()
	victim := children(s.Process.Pid)[0]
	unix.Kill(victim, unix.SIGKILL)
	s.until("has a new worker", func() bool {
		now := children(s.Process.Pid)
		return len(now) == 2 && now[0] != victim && now[1] != victim
	})
	load(s.t, s.way.name, url+"/generation", "second\n", 100, 4)
}

// onlyKilled reports whether the log tells of the killed worker alone.
func onlyKilled(log string) bool {
	for line := range strings.Lines(log) {
		if !strings.Contains(line, "[notice]") && !strings.Contains(line, "exited on signal 9") {
			return false
		}
	}
	return true
}

// children returns the processes that a single-threaded process has started.
func children(pid int) []int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	var pids []int
	for _, f := range strings.Fields(string(text)) {
		if n, err := strconv.Atoi(f); err == nil {
			pids = append(pids, n)
		}
	}
	return pids
}
