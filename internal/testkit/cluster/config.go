package cluster

import (
	"fmt"
	"path/filepath"
	"strings"
)

// patroniConf is what docs/operators/high-availability.md tells operators, with the passwords left out: everything is on loopback.
func (n *Node) patroniConf(c *Cluster) string {
	return fmt.Sprintf(`scope: zhike
name: %[1]s
restapi: {listen: '127.0.0.1:%[2]d', connect_address: '127.0.0.1:%[2]d'}
etcd3: {host: '127.0.0.1:%[3]d'}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 5
    master_start_timeout: 0
    synchronous_mode: true
    failsafe_mode: true
    postgresql:
      use_pg_rewind: true
      use_slots: true
      parameters: {wal_log_hints: 'on', max_connections: 100}
  initdb: [{encoding: UTF8}, {locale: C}]
postgresql:
  listen: '127.0.0.1:%[4]d'
  connect_address: '127.0.0.1:%[4]d'
  data_dir: %[5]s
  bin_dir: %[6]s
  parameters: {unix_socket_directories: '%[7]s'}
  pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']
  authentication:
    superuser: {username: postgres}
    replication: {username: replicator}
    rewind: {username: rewind}
`, n.Name, n.rest, c.etcdPort, n.port, n.data(), c.bin, c.dir)
}

// proxyConf lets clients reach the primary only: haproxy asks the cluster manager, and cuts the sessions of a node that is not the primary
// any more (TRU-11).
func (c *Cluster) proxyConf() string {
	var b strings.Builder
	b.WriteString(balancer(c.port, "option httpchk OPTIONS /primary"))
	for _, n := range c.Nodes {
		fmt.Fprintf(&b, "  server %s 127.0.0.1:%d check port %d\n", n.Name, n.port, n.rest)
	}
	return b.String()
}

// balancer is a haproxy that listens on a port and asks its servers as check says.
func balancer(port int, check string) string {
	return fmt.Sprintf(`global
  maxconn 500
defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
  timeout check 2s
listen zhike
  bind 127.0.0.1:%d
  %s
  http-check expect status 200
  default-server inter 1s fastinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
`, port, check)
}

func (n *Node) data() string { return filepath.Join(n.dir, "data") }

func balanced(addrs []string) string {
	var b strings.Builder
	for i, addr := range addrs {
		fmt.Fprintf(&b, "  server app%d %s check\n", i+1, addr)
	}
	return b.String()
}
