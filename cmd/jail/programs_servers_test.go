package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// server is a program that runs until it is told to end.
type server struct {
	*exec.Cmd
	t              *testing.T
	way            way
	stdout, stderr output
}

// output collects what a program writes while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// serve starts a server, and ends it with the test if nobody else does.
func (w way) serve(t *testing.T, dir string, program ...string) *server {
	t.Helper()
	s := &server{Cmd: w.command(t, dir, program...), t: t, way: w}
	s.Stdout, s.Stderr = &s.stdout, &s.stderr
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.ProcessState == nil {
			unix.Kill(-s.Process.Pid, unix.SIGKILL)
			s.Wait()
		}
	})
	return s
}

// until polls for a state of the server that must come, unless it ends.
func (s *server) until(what string, holds func() bool) {
	s.t.Helper()
	within(s.t, s.way.name+": "+what, func() bool {
		var info unix.Siginfo
		unix.Waitid(unix.P_PID, s.Process.Pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil)
		if info.Signo != 0 {
			s.t.Fatalf("%s: %s ended early: %s%s", s.way.name, s.Args, s.stdout.String(), s.stderr.String())
		}
		return holds()
	})
}

// address waits for a line on standard output and returns what stands between
// two texts in it.
func (s *server) address(before, after string) string {
	s.t.Helper()
	var address string
	s.until("says where it listens", func() (ok bool) {
		_, rest, _ := strings.Cut(s.stdout.String(), before)
		address, _, ok = strings.Cut(rest, after)
		return ok
	})
	return address
}

// answers waits until the server takes connections.
func (s *server) answers(address string) {
	s.t.Helper()
	s.until("takes connections", func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// end waits for the server's end, which sig, unless 0, is to bring about.
func (s *server) end(sig syscall.Signal) outcome {
	s.t.Helper()
	if sig != 0 {
		s.Process.Signal(sig)
	}
	if err := s.Wait(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		s.t.Fatalf("%s: %v", s.way.name, err)
	}
	return outcome{s.stdout.String(), s.stderr.String(), s.ProcessState.Sys().(syscall.WaitStatus)}
}

var loopbacks atomic.Uint32

// freeAddress returns an address for a server that takes no port of 0. It has
// an IP address of its own on the loopback, so that no client's port and no
// other test's is in its way.
func freeAddress(t *testing.T) (host, port string) {
	t.Helper()
	n := loopbacks.Add(1)
	host = fmt.Sprintf("127.%d.%d.%d", 100+os.Getpid()%100, os.Getpid()/100%250, 1+n%250)
	l, err := net.Listen("tcp", host+":0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ = net.SplitHostPort(l.Addr().String())
	return host, port
}

// get returns a page and its status.
func get(client *http.Client, url string) (string, error) {
	r, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return fmt.Sprintf("%d %s", r.StatusCode, body), err
}

// load asks for a page many times over a few connections; every answer must be
// the one that is wanted.
func load(t *testing.T, name, url, want string, times, connections int) {
	t.Helper()
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			for range times / connections {
				if got, err := get(client, url); err != nil || got != "200 "+want {
					t.Errorf("%s: %s: %.100q, %v; want %.100q", name, url, got, err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}

// sessions runs a server in every way; what its clients saw and how it ended
// must be the same.
func sessions(t *testing.T, ws []way, session func(w way) (string, outcome)) {
	t.Helper()
	var bareSaw string
	var bare outcome
	for _, w := range ws {
		saw, end := session(w)
		if t.Failed() {
			return
		}
		if w.jail == nil {
			bareSaw, bare = saw, end
			continue
		}
		if got, want := firstDifference(saw, bareSaw); got != want {
			t.Errorf("%s: clients see %q, bare %q", w.name, got, want)
		}
		same(t, w.name, end, bare)
		w.denied(t)
	}
}

func TestGoServer(t *testing.T) {
	t.Parallel()
	sessions(t, ways(t, "web"), func(w way) (string, outcome) {
		s := w.serve(t, w.workDir(t, nil), filepath.Join(binDir, "goserver"))
		address := s.address("", "\n")
		load(t, w.name, "http://"+address+"/page", "hello /page\n", 1000, 8)
		end := s.end(unix.SIGTERM)
		if end.status != 0 {
			t.Errorf("%s: ends with %#x: %s", w.name, end.status, end.stderr)
		}
		end.stdout = strings.ReplaceAll(end.stdout, address, "ADDRESS")
		return "", end
	})
}

// A node program answers one request and is done.
func TestNodeServer(t *testing.T) {
	t.Parallel()
	tool(t, "node", "nodejs")
	const program = `
		const s = require('http').createServer((q, a) => { a.end('seen ' + q.url + '\n'); s.close(); });
		s.listen(0, '127.0.0.1', () => console.log('port', s.address().port));
		s.on('close', () => console.log('closed'));`
	sessions(t, ways(t, "web"), func(w way) (string, outcome) {
		s := w.serve(t, w.workDir(t, nil), "node", "-e", program)
		port := s.address("port ", "\n")
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 30 * time.Second}
		saw, err := get(client, "http://127.0.0.1:"+port+"/x")
		if err != nil || saw != "200 seen /x\n" {
			t.Errorf("%s: %q, %v", w.name, saw, err)
		}
		end := s.end(0)
		if end.status != 0 || !strings.HasSuffix(end.stdout, "closed\n") {
			t.Errorf("%s: %+v", w.name, end)
		}
		end.stdout = strings.ReplaceAll(end.stdout, port, "PORT")
		return saw, end
	})
}

// dated matches the time in a line of an access log.
var dated = regexp.MustCompile(`\[[^]]*\]`)

func TestPythonServerAndCurl(t *testing.T) {
	t.Parallel()
	pythonAndCurl(t, ways(t, "web"), ways(t, "web"))
}

// pythonAndCurl runs Python's server and its client in the same way.
func pythonAndCurl(t *testing.T, servers, clients []way) {
	tool(t, "/usr/bin/python3", "python3")
	tool(t, "curl", "curl")
	fill := func(dir string) error {
		return os.WriteFile(filepath.Join(dir, "page"), []byte("a page\n"), 0o644)
	}
	sessions(t, servers, func(w way) (string, outcome) {
		s := w.serve(t, w.workDir(t, fill), "/usr/bin/python3", "-u", "-m", "http.server", "--bind", "127.0.0.1", "0")
		port := s.address("port ", " ")
		client := clients[0]
		clients = clients[1:]
		url := "http://127.0.0.1:" + port
		saw := client.run(t, client.workDir(t, nil), "curl", "-sS", "-w", "%{http_code} %{size_download}\n", url+"/page", url+"/", url+"/missing")
		if saw.status != 0 || !strings.HasPrefix(saw.stdout, "a page\n200 7\n") {
			t.Errorf("%s: curl: %+v", client.name, saw)
		}
		client.denied(t)
		end := s.end(unix.SIGINT)
		if end.status != 0 || !strings.Contains(end.stdout, "Keyboard interrupt") {
			t.Errorf("%s: %+v", w.name, end)
		}
		end.stdout = strings.ReplaceAll(end.stdout, port, "PORT")
		end.stderr = dated.ReplaceAllString(end.stderr, "")
		return fmt.Sprintf("%+v", saw), end
	})
}
