package import Privacy

/// What a model goes by: how much worse it predicts without each feature, and how its predictions
/// move with one.
///
/// Measured on rows that were held out, by models that had not seen them. They are some of the rows
/// of some of the folds: what was looked at is said in numbers, and the seed says which.
package struct Influence: Equatable, Sendable {
    /// What importance is measured in.
    package let metric: Metric
    package let seed: UInt64
    /// Rows that were looked at, and folds that they are of.
    package let rows: Int
    package let folds: Int
    /// How often each feature was shuffled.
    package let repeats: Int
    /// The metric's value on these rows as they are; nil where it has none, and then no importance
    /// is known.
    package let score: Double?
    /// The most important first.
    package let importances: [Importance]
    /// Features that were too many to be looked at.
    package let omitted: Int
    /// Rows that each dependence is averaged over.
    package let dependenceRows: Int
    /// Of the most important features.
    package let dependences: [Dependence]

    /// What the metric loses when the feature's values are dealt to the rows anew (Breiman 2001;
    /// Fisher, Rudin and Dominici 2019): 0 for a feature of no use. A feature that another one can
    /// stand in for loses little, however much it tells.
    package struct Importance: Equatable, Sendable {
        package let feature: String
        /// Over the repeats, and their standard deviation, in units of the metric.
        package let mean: Double
        package let deviation: Double

        package init(feature: String, mean: Double, deviation: Double) {
            self.feature = feature
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// What is predicted on average when every row has one value of the feature (Friedman 2001).
    package struct Dependence: Equatable, Sendable {
        package let feature: String
        package let axis: Axis
        package let curves: [Curve]

        package init(feature: String, axis: Axis, curves: [Curve]) {
            self.feature = feature
            self.axis = axis
            self.curves = curves
        }
    }

    package enum Axis: Equatable, Sendable {
        /// Different values of the column, ascending: quantiles of it.
        case numbers(Private<[Double]>)
        /// The most frequent levels first, each with the share of the rows that have it.
        case levels([Private<String>], shares: [Double])

        package var count: Int {
            switch self {
            case .numbers(let numbers): numbers.revealed.count
            case .levels(let levels, _): levels.count
            }
        }
    }

    package struct Curve: Equatable, Sendable {
        /// Which class's probability, as an index of the names that are shown; nil for numbers and
        /// for scores.
        package let place: Int?
        /// One for each value of the axis.
        package let means: [Double]

        package init(place: Int?, means: [Double]) {
            self.place = place
            self.means = means
        }
    }

    package init(
        metric: Metric, seed: UInt64, rows: Int, folds: Int, repeats: Int, score: Double?,
        importances: [Importance], omitted: Int, dependenceRows: Int, dependences: [Dependence]
    ) {
        self.metric = metric
        self.seed = seed
        self.rows = rows
        self.folds = folds
        self.repeats = repeats
        self.score = score
        self.importances = importances
        self.omitted = omitted
        self.dependenceRows = dependenceRows
        self.dependences = dependences
    }
}
