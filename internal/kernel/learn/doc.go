// Package learn estimates the probability of a yes from a table of numbers and categories with gaps (SAL-12, INS-10): gradient boosted
// trees, calibrated, with the part that each column has in an estimate. Everything is deterministic: the same samples give the same model.
//
// Trees are grown on binned columns by Newton steps of the logistic loss (Friedman, Annals of Statistics 29, 2001; Chen and Guestrin, KDD
// 2016); the levels of a category are split in the order of their gradients (Fisher, JASA 53, 1958). How many trees there are is chosen by
// the loss on rows left out. Estimates on rows left out are calibrated by a logistic curve (Platt, Advances in Large Margin Classifiers,
// 1999). The part of a column is its Shapley value along the trees (Lundberg et al., Nature Machine Intelligence 2, 2020).
package learn
