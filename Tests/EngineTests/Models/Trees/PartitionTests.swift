import Testing

@testable import Engine

@Suite struct PartitionTests {
    let codes: [UInt8] = [3, 0, 9, 1, 4, 2, 9, 0]

    private func divide(_ range: Range<Int>, boundary: Int, side: Split.Side) -> ([UInt32], Int) {
        let partition = Partition(rows: 8)
        let lefts = partition.divide(
            range, self.codes, width: 1, feature: 0, boundary: boundary, missing: 9, side: side)
        return (Array(partition.all), lefts)
    }

    @Test func `rows keep their order on both sides`() {
        let (rows, lefts) = self.divide(0..<8, boundary: 2, side: .right)
        #expect(rows == [1, 3, 5, 7, 0, 2, 4, 6] && lefts == 4)
    }

    @Test func `missing rows go where they are sent`() {
        let (rows, lefts) = self.divide(0..<8, boundary: 2, side: .left)
        #expect(rows == [1, 2, 3, 5, 6, 7, 0, 4] && lefts == 6)
    }

    @Test func `rows outside of the range stay`() {
        let (rows, lefts) = self.divide(2..<6, boundary: 1, side: .right)
        #expect(rows == [0, 1, 3, 2, 4, 5, 6, 7] && lefts == 1)
    }

    @Test(arguments: [0, 1, 31, 32, 33, 300]) func `the kernels equal their plain twins`(
        count: Int
    ) {
        let width = 3
        var generator = SeededGenerator(seed: 33)
        let codes = (0..<400 * width).map { _ in UInt8(generator.below(9)) }
        let rows = (0..<count).map { UInt32($0 + $0 / 7) }
        func check(
            _ isLeft: @escaping (UInt8) -> Bool, _ divide: (Partition) -> Int,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            let partition = Partition(rows: 400)
            partition.assign(rows)
            let lefts = divide(partition)
            let goesLeft = { (row: UInt32) in isLeft(codes[Int(row) * width + 2]) }
            #expect(
                Array(partition.all) == rows.filter(goesLeft) + rows.filter { !goesLeft($0) },
                sourceLocation: sourceLocation)
            #expect(lefts == rows.count(where: goesLeft), sourceLocation: sourceLocation)
        }
        check({ $0 <= 3 || $0 == 8 }) {
            $0.divide(
                0..<count, codes, width: width, feature: 2, boundary: 3, missing: 8, side: .left)
        }
        let set = CategorySet(bits: 0b1001_0010)
        check({ [1, 4, 7].contains($0) }) {
            $0.divide(0..<count, codes, width: width, feature: 2, set: set)
        }
    }

    @Test func `a sample is ascending, without repeats, and every row has its chance`() {
        let partition = Partition(rows: 40)
        var generator = SeededGenerator(seed: 32)
        var drawn = [Int](repeating: 0, count: 40)
        for _ in 0..<400 {
            partition.sample(10, &generator)
            let rows = Array(partition.all)
            #expect(rows.count == 10 && rows == Array(Set(rows)).sorted())
            for row in rows { drawn[Int(row)] += 1 }
        }
        #expect(drawn.allSatisfy { (60...140).contains($0) })
    }
}
