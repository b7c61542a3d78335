// What is tried of forecasters: they see series, whose season and length each of them knows better
// than the search does, so that most parameters are theirs to choose.

extension Portfolio {
    static func forecasters(_ family: SearchFamily) -> [Values] {
        switch family {
        // As the forecaster finds best, and with a season that never changes: few seasons, or long
        // and noisy ones, tell no more.
        case .seasonalTrend: [[], [("base", 1)], [("span", 0)], [("base", 1), ("span", 0)]]
        // Whether a level wanders or returns, tests cannot tell well: forecasts can.
        case .ridgeLags, .boostingLags: [[("difference", 0)], [("difference", 1)]]
        case .arima: [[], [("d", 0)]]
        default: [[]]
        }
    }

    /// About the nanoseconds that a forecaster takes for a step of a series, all origins counted:
    /// enough to order them, no more.
    static func perStep(_ family: SearchFamily) -> Double {
        switch family {
        case .naive, .seasonalNaive, .drift: 10
        case .theta: 3e4
        case .ridgeLags: 1e5
        case .seasonalTrend: 3e5
        case .exponentialSmoothing: 5e5
        case .boostingLags: 1e6
        case .arima: 2e6
        default: 3e6
        }
    }
}

extension SearchSpace {
    static func forecaster(_ family: SearchFamily, _ shape: TableShape) -> [Dimension] {
        switch family {
        case .theta:
            return [.init("theta", 1...5, .linear), .init("season", 0...3, .choice)]
        case .exponentialSmoothing:
            return [
                .init("error", 0...2, .choice), .init("trend", 0...3, .choice),
                .init("season", 0...3, .choice),
            ]
        case .seasonalTrend:
            return [
                .init("base", 0...2, .choice), .init("span", 0...35, .wholeLinear),
                .init("robust", 0...1, .choice),
            ]
        case .arima:
            return [
                .init("p", 0...3, .wholeLinear), .init("d", 0...1, .wholeLinear),
                .init("q", 0...3, .wholeLinear), .init("seasonal_p", 0...1, .wholeLinear),
                .init("seasonal_d", 0...1, .wholeLinear),
                .init("seasonal_q", 0...1, .wholeLinear),
            ]
        case .ridgeLags:
            return [
                .init("alpha", 1e-3...1e4, .logarithmic), .init("difference", 0...1, .choice),
                .init("lags", 1...Self.lagsMax(shape), .wholeLogarithmic),
            ]
        case .boostingLags:
            return [
                .init("difference", 0...1, .choice),
                .init("lags", 1...Self.lagsMax(shape), .wholeLogarithmic),
                .init("trees", 30...500, .wholeLogarithmic),
                .init("learning_rate", 0.01...0.3, .logarithmic),
                .init("leaves", 2...32, .wholeLogarithmic),
                .init("min_rows_leaf", 2...50, .wholeLogarithmic),
            ]
        default: return []
        }
    }

    /// More than these leave too few rows to regress on.
    private static func lagsMax(_ shape: TableShape) -> Double {
        max(2, min(60, (shape.rows / 4).rounded(.down)))
    }
}
