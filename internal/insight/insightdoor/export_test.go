package insightdoor

// Value words a figure, for tests.
var Value = value
