// Package cluster starts PostgreSQL as docs/operators/high-availability.md tells operators to run it: etcd, two Patroni nodes of which the
// standby is synchronous, and haproxy in front, all on loopback. Its nodes can be killed.
package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zhike/internal/testkit/child" //nolint:depguard // a part of testkit
)

// ErrMissing says that the machine lacks a program of the cluster.
var ErrMissing = errors.New("not installed (scripts/ha.sh installs it)")

// Cluster is a running cluster. It ends with this process.
type Cluster struct {
	Nodes []*Node

	dir, bin       string
	port, etcdPort int
	as             *syscall.Credential
	children       []*child.Child
}

// Node is one Patroni with its PostgreSQL.
type Node struct {
	Name string

	dir        string
	port, rest int
	child      *child.Child
}

// Start starts the cluster and waits until it has a primary and a synchronous standby.
func Start(ctx context.Context) (*Cluster, error) {
	c := &Cluster{}
	for _, name := range []string{"etcd", "patroni", "haproxy"} {
		if _, err := exec.LookPath(name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, ErrMissing)
		}
	}
	postgres := child.Find([]string{"postgres"}, []string{"/usr/lib/postgresql/*/bin"})
	if target, err := filepath.EvalSymlinks(postgres); err == nil {
		postgres = target
	}
	c.bin = filepath.Dir(postgres)
	var err error
	if c.as, err = child.Unprivileged("postgres", "nobody"); err != nil {
		return nil, err
	}
	if c.dir, err = c.folder("/tmp", "zhike-ha-"); err != nil {
		return nil, err
	}
	if err := c.start(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context) error {
	ports, err := free(7)
	if err != nil {
		return err
	}
	c.port, c.etcdPort = ports[0], ports[1]
	etcd := fmt.Sprintf("http://127.0.0.1:%d", c.etcdPort)
	peer := fmt.Sprintf("http://127.0.0.1:%d", ports[2])
	err = c.run("etcd", "etcd", "--data-dir", filepath.Join(c.dir, "etcd"), "--listen-client-urls", etcd, "--advertise-client-urls", etcd,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer)
	if err != nil {
		return err
	}
	for i := range 2 {
		n := &Node{Name: "node" + strconv.Itoa(i+1), port: ports[3+2*i], rest: ports[4+2*i]}
		if n.dir, err = c.folder(c.dir, n.Name); err != nil {
			return err
		}
		c.Nodes = append(c.Nodes, n)
		if err := c.Revive(n); err != nil {
			return err
		}
		if i == 0 { // the other one copies it
			if err := until(ctx, func() bool { return c.Primary(ctx) == n }); err != nil {
				return fmt.Errorf("first node: %w", err)
			}
		}
	}
	if err := c.proxy("db", c.proxyConf()); err != nil {
		return err
	}
	return c.Whole(ctx)
}

// URL names a database of the cluster through the proxy.
func (c *Cluster) URL(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable&connect_timeout=5", c.port, database)
}

// Balance starts a haproxy before nodes of the program and gives its address.
func (c *Cluster) Balance(addrs ...string) (string, error) {
	port, err := free(1)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("127.0.0.1:%d", port[0]), c.proxy("app", balancer(port[0], "option httpchk GET /readyz")+balanced(addrs))
}

// Primary is the node that Patroni takes for the primary; nil while there is none.
func (c *Cluster) Primary(ctx context.Context) *Node {
	for _, n := range c.Nodes {
		if n.is(ctx, "primary") {
			return n
		}
	}
	return nil
}

// Whole waits until there are a primary and a synchronous standby.
func (c *Cluster) Whole(ctx context.Context) error {
	err := until(ctx, func() bool {
		first, second := c.Nodes[0], c.Nodes[1]
		return first.is(ctx, "primary") && second.is(ctx, "synchronous") || second.is(ctx, "primary") && first.is(ctx, "synchronous")
	})
	if err != nil {
		return fmt.Errorf("wait for a synchronous standby: %w", err)
	}
	return nil
}

// is asks a node for its part: primary, synchronous.
func (n *Node) is(ctx context.Context, part string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/%s", n.rest, part), http.NoBody)
	if err != nil {
		return false
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// Kill ends Patroni of a node and all its PostgreSQL by SIGKILL.
func (c *Cluster) Kill(n *Node) {
	victims := processes(filepath.Join(n.dir, "pid"), filepath.Join(n.data(), "postmaster.pid"))
	for _, pid := range victims {
		_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended by itself
	}
	n.child.Stop()
}

// Revive starts a node that was killed; it rewinds and follows the primary.
func (c *Cluster) Revive(n *Node) error {
	conf, err := c.file(filepath.Join(n.dir, "patroni.yml"), n.patroniConf(c))
	if err != nil {
		return err
	}
	const script = `echo $$ >"$1"; shift; exec "$@"`
	n.child, err = child.Start(child.Spec{Name: "patroni", Stop: "TERM", As: c.as, Program: func(string) []string {
		return []string{"/bin/sh", "-c", script, "patroni", filepath.Join(n.dir, "pid"), "patroni", conf}
	}})
	return err
}

// Switch makes the standby the primary in good order, and gives how long Patroni took.
func (c *Cluster) Switch(ctx context.Context) (time.Duration, error) {
	from := c.Primary(ctx)
	if from == nil {
		return 0, errors.New("switch over: there is no primary")
	}
	body, err := json.Marshal(map[string]string{"leader": from.Name})
	if err != nil {
		return 0, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, fmt.Sprintf("http://127.0.0.1:%d/switchover", from.rest), bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	began := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("switch over: %w", err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("switch over: %s", resp.Status)
	}
	return time.Since(began), nil
}

// Stop ends the cluster and removes what it kept.
func (c *Cluster) Stop() {
	for _, n := range c.Nodes {
		if n.child != nil {
			n.child.Stop()
		}
		for _, pid := range processes(filepath.Join(n.data(), "postmaster.pid")) { // where Patroni did not end it in time
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	for _, p := range c.children {
		p.Stop()
	}
	_ = os.RemoveAll(c.dir)
}

// processes are those whose numbers stand first in files, with their children.
func processes(files ...string) (out []int) {
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		first, _, _ := strings.Cut(string(text), "\n")
		pid, err := strconv.Atoi(strings.TrimSpace(first))
		if err != nil {
			continue
		}
		out = append(out, pid)
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		if err != nil {
			continue
		}
		for f := range strings.FieldsSeq(string(children)) {
			if pid, err := strconv.Atoi(f); err == nil {
				out = append(out, pid)
			}
		}
	}
	return out
}

// proxy starts a haproxy.
func (c *Cluster) proxy(name, conf string) error {
	file, err := c.file(filepath.Join(c.dir, name+".cfg"), conf)
	if err != nil {
		return err
	}
	return c.run("haproxy", "haproxy", "-db", "-f", file)
}

func (c *Cluster) run(name string, command ...string) error {
	p, err := child.Start(child.Spec{Name: name, Stop: "TERM", As: c.as, Program: func(string) []string { return command }})
	if err != nil {
		return err
	}
	c.children = append(c.children, p)
	return nil
}

func (c *Cluster) folder(in, name string) (string, error) {
	dir, err := os.MkdirTemp(in, name)
	if err != nil {
		return "", err
	}
	return dir, c.own(dir)
}

func (c *Cluster) file(path, text string) (string, error) {
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", err
	}
	return path, c.own(path)
}

func (c *Cluster) own(path string) error {
	if c.as == nil {
		return nil
	}
	return os.Chown(path, int(c.as.Uid), int(c.as.Gid))
}

// free finds ports that nobody listens on now.
func free(n int) (out []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() //nolint:gocritic // all stay taken until all are found
		out = append(out, l.Addr().(*net.TCPAddr).Port)
	}
	return out, nil
}

func until(ctx context.Context, ready func() bool) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(2 * time.Minute)
	for !ready() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		case <-limit:
			return errors.New("not within two minutes")
		}
	}
	return nil
}
