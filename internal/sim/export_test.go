package sim

// Refused counts what was refused to who acted, by code.
func (l *Life) Refused() map[string]int { return l.refused }
