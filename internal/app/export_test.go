package app

// RightOf is rightOf, for tests.
var RightOf = rightOf
