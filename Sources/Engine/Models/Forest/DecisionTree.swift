/// One tree, grown on all rows with the best of all cuts at every node (Breiman, Friedman, Olshen,
/// Stone 1984, CART), missing values included.
///
/// A forest of one tree that draws neither rows nor features; `max_depth` and `min_rows_leaf` are
/// all that keeps it from learning its rows by heart. The seed decides between cuts of equal merit.
package struct DecisionTree: Learner {
    package let depthMax: Int
    package let rowsLeafMin: Int

    package var form: FeatureForm { .ordinal }

    package init(depthMax: Int, rowsLeafMin: Int) {
        precondition(depthMax >= 1 && rowsLeafMin >= 1, "a tree without a leaf")
        self.depthMax = depthMax
        self.rowsLeafMin = rowsLeafMin
    }

    /// - Complexity: O(rows × features × depth).
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        var settings = Forest.Settings()
        settings.trees = 1
        settings.featureFraction = 1
        settings.rowsLeafMin = self.rowsLeafMin
        settings.depthMax = self.depthMax
        settings.rows = .all
        return try Forest(.bestOfAll, settings).fit(data, seed: seed)
    }
}
