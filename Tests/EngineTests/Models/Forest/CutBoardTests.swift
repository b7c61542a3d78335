import Testing

@testable import Engine

@Suite struct CutBoardTests {
    /// A feature of 10 ranges and a code for missing values.
    let feature = BinnedMatrix.Feature(
        column: 0, cuts: (1...9).map { Double($0) }, hasMissing: true,
        lowest: 0, highest: 10, firstCell: 0)

    /// The plain twin: every boundary and side, sums taken anew each time.
    private func naive(
        _ codes: [UInt8], _ target: ForestTarget, _ weights: [Double], rowsMin: Int
    ) -> Double? {
        var best: Double?
        for side in [Split.Side.left, .right] {
            for boundary in 0..<10 {
                var sums = [[Double](repeating: 0, count: target.channels + 1)]
                sums.append(sums[0])
                for row in codes.indices {
                    let goesLeft =
                        codes[row] == 10 ? side == .left : Int(codes[row]) <= boundary
                    let weight = weights[row]
                    sums[goesLeft ? 0 : 1][Int(target.channel[row])] += target.amounts[row] * weight
                    sums[goesLeft ? 0 : 1][target.channels] += weight
                }
                guard sums.allSatisfy({ $0[target.channels] >= Double(rowsMin) }) else { continue }
                let merit = sums.reduce(0) { total, side in
                    total + side.dropLast().reduce(0) { $0 + $1 * $1 } / side[target.channels]
                }
                best = max(best ?? merit, merit)
            }
        }
        return best
    }

    @Test(arguments: 1...4) func `the best cut is the best of all cuts`(channels: Int) throws {
        var generator = SeededGenerator(seed: 60)
        for size in [2, 3, 10, 60] {
            let codes = (0..<size).map { _ in UInt8(generator.below(11)) }
            let weights = (0..<size).map { _ in Double(generator.below(3) + 1) }
            let answers: Answers =
                channels == 1
                ? .numbers((0..<size).map { _ in generator.unit() })
                : .classes(
                    (0..<size).map { _ in Int32(generator.below(channels)) }, count: channels)
            let target = ForestTarget(answers)
            let rows = (0..<size).map { UInt32($0) }
            let board = CutBoard(rows: size, channels: target.channels)
            for rowsMin in [1, 4] {
                let cut = rows.withUnsafeBufferPointer { rows in
                    board.gather(rows, target, weights)
                    return board.bestCut(
                        rows, codes, width: 1, self.feature, least: Double(rowsMin))
                }
                let naive = self.naive(codes, target, weights, rowsMin: rowsMin)
                if let cut, let naive {
                    #expect(abs(cut.merit - naive) < 1e-12)
                } else {
                    #expect(cut == nil && naive == nil)
                }
            }
        }
    }

    @Test func `a random cut lies between the codes that occur`() throws {
        let codes: [UInt8] = [3, 7, 7, 5]
        let target = ForestTarget(.numbers([1, 2, 3, 4]))
        let board = CutBoard(rows: 4, channels: 1)
        let rows: [UInt32] = [0, 1, 2, 3]
        var chance = SeededGenerator(seed: 61)
        var seen: Set<Int> = []
        for _ in 0..<60 {
            let cut = rows.withUnsafeBufferPointer { rows in
                board.gather(rows, target, [1, 1, 1, 1])
                return board.randomCut(rows, codes, width: 1, self.feature, least: 1, &chance)
            }
            seen.insert(try #require(cut).below)
        }
        #expect(seen == [3, 4, 5, 6])
    }
}
