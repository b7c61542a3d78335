import Wire

/// A user's own search space.
extension SearchSpace {
    init(of command: Command) {
        self.init(
            family: Command.family, dimensions: command.parameters.map(Dimension.init))
    }
}

extension Dimension {
    init(_ parameter: CommandParameter) {
        switch parameter.kind {
        case .real(let range, .linear): self.init(parameter.name, range, .exactLinear)
        case .real(let range, .log): self.init(parameter.name, range, .exactLogarithmic)
        case .whole(let range, let scale):
            self.init(
                parameter.name, Double(range.lowerBound)...Double(range.upperBound),
                scale == .linear ? .wholeLinear : .wholeLogarithmic)
        case .choice(let values):
            self.init(parameter.name, 0...Double(values.count - 1), .choice)
        }
    }
}

/// Points spread over the unit cube, so that few of them have seen all of each axis: Latin
/// hypercubes of 16 points (McKay, Beckman and Conover, 1979), one after the other.
///
/// Each point follows from the seed and its number alone.
enum Hypercubes {
    /// Points of one, and strata of each axis.
    private static let side = 16

    static func point(_ number: UInt32, dimensions: Int, seed: UInt64) -> [Double] {
        let (cube, row) = Int(number).quotientAndRemainder(dividingBy: Self.side)
        let seed = SeededGenerator.mix(seed, UInt64(cube))
        return (0..<dimensions).map { axis in
            var generator = SeededGenerator(seed: SeededGenerator.mix(seed, UInt64(axis)))
            var strata = Array(0..<Self.side)
            for place in strata.indices.reversed() {
                strata.swapAt(place, Int(generator.unit() * Double(place + 1)))
            }
            let within = (0..<Self.side).map { _ in generator.unit() }
            return (Double(strata[row]) + within[row]) / Double(Self.side)
        }
    }
}
