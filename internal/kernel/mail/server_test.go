package mail_test

import (
	"bufio"
	"net"
	"strings"
	"sync"
	"testing"
)

// script says what the server answers to a command instead of yes; "" is its greeting, "." the end of a message.
type script map[string]string

const (
	drop    = "drop"    // close the connection
	silence = "silence" // say nothing until the client goes
)

// serve runs a mail server that can be told to fail, which a real one cannot.
func serve(t *testing.T, s script) (addr string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { s.talk(conn) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		open.Wait()
	})
	return listener.Addr().String()
}

func (s script) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewScanner(conn)
	if !s.answer(conn, in, "", "220 test") {
		return
	}
	content := false
	for in.Scan() {
		command, _, _ := strings.Cut(in.Text(), " ")
		usual := "250 2.0.0 fine"
		switch {
		case content && command != ".":
			continue
		case content:
			content = false
		case command == "DATA":
			content, usual = s["DATA"] == "", "354 go on"
		case command == "EHLO":
			usual = "250-test\r\n250 ENHANCEDSTATUSCODES"
		}
		if !s.answer(conn, in, command, usual) {
			return
		}
	}
}

func (s script) answer(conn net.Conn, in *bufio.Scanner, command, usual string) bool {
	if other, ok := s[command]; ok {
		usual = other
	}
	switch usual {
	case drop:
		return false
	case silence:
		for in.Scan() {
			continue
		}
		return false
	}
	_, err := conn.Write([]byte(usual + "\r\n"))
	return err == nil
}
