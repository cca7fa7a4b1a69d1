package people

// Find is Search with the number of terms up to which they are looked at one by one; 0 looks through the persons in scope.
var Find = find
