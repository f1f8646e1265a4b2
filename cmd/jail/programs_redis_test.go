package main_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestRedis(t *testing.T) {
	t.Parallel()
	redis(t, ways(t, "web"))
}

func redis(t *testing.T, ws []way) {
	tool(t, "redis-server", "redis-server")
	benchmark := tool(t, "redis-benchmark", "redis-tools")
	sessions(t, ws, func(w way) (string, outcome) {
		host, port := freeAddress(t)
		argv := []string{"redis-server", "--bind", host, "--port", port, "--save", "3600 1", "--appendonly", "yes",
			"--io-threads", "2", "--logfile", "log"}
		dir := w.workDir(t, nil)
		s := w.serve(t, dir, argv...)
		s.answers(host + ":" + port)
		out, err := exec.Command(benchmark, "-h", host, "-p", port, "-q", "-n", "2000", "-c", "20", "-t", "set,get").CombinedOutput()
		if err != nil || strings.Count(string(out), "requests per second") != 2 {
			t.Errorf("%s: redis-benchmark: %v\n%s", w.name, err, out)
		}
		c := dialRedis(s, host+":"+port)
		var saw strings.Builder
		for _, command := range []string{"PING", "SET name value", "GET name", "INCR counter", "LRANGE missing 0 -1", "NOSUCH",
			"EVAL \"return redis.call('GET','name')\" 0", "EXPIRE counter 1000", "SAVE"} {
			fmt.Fprintf(&saw, "%s: %s\n", command, c.ask(command))
		}
		c.inBackground("BGSAVE", "rdb_bgsave_in_progress:0", "rdb_last_bgsave_status:ok")
		c.inBackground("BGREWRITEAOF", "aof_rewrite_in_progress:0", "aof_last_bgrewrite_status:ok")
		fmt.Fprintln(c, "SHUTDOWN")
		end := s.end(0)

		again := w.serve(t, dir, argv...)
		again.answers(host + ":" + port)
		c = dialRedis(again, host+":"+port)
		fmt.Fprintf(&saw, "after a restart: %s %s\n", c.ask("GET name"), c.ask("GET counter"))
		if second := again.end(unix.SIGTERM); end.status != 0 || second.status != 0 {
			t.Errorf("%s: ends with %#x, then %#x", w.name, end.status, second.status)
		}
		return saw.String(), end
	})
}

// redisClient speaks the server's protocol with it, inline.
type redisClient struct {
	net.Conn
	in *bufio.Reader
	s  *server
}

func dialRedis(s *server, address string) *redisClient {
	s.t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(30 * time.Second))
	r := &redisClient{c, bufio.NewReader(c), s}
	s.until("has loaded its data", func() bool { return r.ask("PING") == "+PONG" })
	return r
}

// ask returns the answer to a command: a simple one, or a bulk string.
func (c *redisClient) ask(command string) string {
	c.s.t.Helper()
	fmt.Fprintf(c, "%s\r\n", command)
	line, err := c.in.ReadString('\n')
	if err != nil {
		c.s.t.Fatalf("%s: %s: %v", c.s.way.name, command, err)
	}
	line = strings.TrimSpace(line)
	var n int
	if _, err := fmt.Sscanf(line, "$%d", &n); err == nil && n >= 0 {
		text := make([]byte, n+2)
		if _, err := io.ReadFull(c.in, text); err != nil {
			c.s.t.Fatalf("%s: %s: %v", c.s.way.name, command, err)
		}
		return string(text[:n])
	}
	return line
}

// inBackground has the server fork for something and waits for its success.
func (c *redisClient) inBackground(command string, states ...string) {
	c.s.t.Helper()
	if got := c.ask(command); !strings.HasPrefix(got, "+Background") {
		c.s.t.Errorf("%s: %s: %s", c.s.way.name, command, got)
	}
	c.s.until(command+" is done", func() bool {
		info := c.ask("INFO persistence")
		for _, state := range states {
			if !strings.Contains(info, state+"\r\n") {
				return false
			}
		}
		return true
	})
}
