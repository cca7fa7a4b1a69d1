package bench

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// request is one HTTP request.
type request struct {
	method, path string
	kind         string // content type of the body; JSON if left out
	body         []byte
}

// conn is one connection that is kept open, without the goroutines and pools of net/http's client: driver and server share the
// cores of the machine, so what the driver burns blurs the figures.
type conn struct {
	addr   string
	header string // lines for every request: who asks
	c      net.Conn
	r      *bufio.Reader
	out    []byte
}

const patience = 3 * time.Minute // for one answer: an import of the floor takes seconds

func dial(addr, header string) (*conn, error) {
	c, err := net.DialTimeout("tcp", addr, 2*time.Second) //nolint:noctx // loopback, with a time limit of its own
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return &conn{addr: addr, header: header, c: c, r: bufio.NewReaderSize(c, 32<<10)}, nil
}

// do sends a request and gives header and body of the answer; a status over 299 is an error, but for a redirection.
func (c *conn) do(q request, now time.Time) (http.Header, []byte, error) {
	if err := c.c.SetDeadline(now.Add(patience)); err != nil {
		return nil, nil, fmt.Errorf("set deadline: %w", err)
	}
	c.out = fmt.Appendf(c.out[:0], "%s %s HTTP/1.1\r\nHost: %s\r\n%s", q.method, q.path, c.addr, c.header)
	if q.method != http.MethodGet {
		c.out = fmt.Appendf(c.out, "Content-Type: %s\r\nContent-Length: %d\r\n", cmp.Or(q.kind, "application/json"), len(q.body))
	}
	c.out = append(append(c.out, "\r\n"...), q.body...)
	if _, err := c.c.Write(c.out); err != nil {
		return nil, nil, fmt.Errorf("send: %w", err)
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, nil, fmt.Errorf("read answer: %w", err)
	}
	body, err := io.ReadAll(resp.Body)
	if e := resp.Body.Close(); err == nil {
		err = e
	}
	if err == nil && resp.StatusCode >= 400 {
		err = fmt.Errorf("%s %.200s: %s %.300s", q.method, q.path, resp.Status, body)
	}
	return resp.Header, body, err
}

func (c *conn) close() { _ = c.c.Close() }
