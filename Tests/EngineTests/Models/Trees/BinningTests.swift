import Testing

@testable import Engine

@Suite struct BinningTests {
    /// One column and one that varies, so that neither is left out.
    private func bin(_ values: [Double], limit: Int = 255) -> BinnedMatrix {
        BinnedMatrix(Matrix(rows: values.count, columns: 1, values: values), limit: limit)
    }

    @Test(arguments: [2, 7, 64, 255]) func `a code is the number of cuts below the value`(
        limit: Int
    ) {
        var generator = SeededGenerator(seed: 11)
        var values = (0..<2001).map { _ in generator.unit() * 10 - 5 }
        values[7] = .nan
        values[1999] = .nan
        let binned = self.bin(values, limit: limit)
        let feature = binned.features[0]
        #expect(feature.cuts.count <= limit - 1 && feature.cuts == feature.cuts.sorted())
        for (row, value) in values.enumerated() {
            let naive = value.isNaN ? feature.cuts.count + 1 : feature.cuts.count { $0 < value }
            #expect(Int(binned.codes[row]) == naive)
        }
    }

    @Test func `few distinct values are cut half way`() {
        let feature = self.bin([3, 1, 1, 7, 3, .nan]).features[0]
        #expect(feature.cuts == [2, 5])
        #expect(feature.hasMissing && feature.ranges == 3 && feature.cells == 4)
        #expect(feature.threshold(1) == 5 && feature.threshold(2) == .infinity)
    }

    @Test func `ranges hold about equally many rows`() {
        let values = Worlds.uniform(rows: 10_000, columns: 1, seed: 12).values.map { $0 * $0 }
        let binned = self.bin(values, limit: 100)
        var sizes = [Int](repeating: 0, count: 256)
        for code in binned.codes { sizes[Int(code)] += 1 }
        #expect(binned.features[0].cuts.count == 99)
        #expect(sizes[..<100].allSatisfy { (90...110).contains($0) })
    }

    @Test func `a frequent value has a range for itself`() {
        let rest = Worlds.uniform(rows: 1000, columns: 1, seed: 13).values.map { $0 - 0.5 }
        let binned = self.bin(rest + Array(repeating: 0, count: 1000), limit: 16)
        let code = binned.codes[1500]
        #expect(binned.codes.count { $0 == code } == 1000)
        #expect(binned.features[0].cuts.count >= 13)
    }

    @Test func `columns that never vary are left out, missing or not`() {
        let matrix = Matrix(
            rows: 3, columns: 4, values: [5, 1, .nan, 8, 5, 2, .nan, .nan, 5, 1, .nan, 8])
        let binned = BinnedMatrix(matrix)
        #expect(binned.features.map(\.column) == [1, 3])
        #expect(binned.codes == [0, 0, 1, 1, 0, 0])
        #expect(binned.features[1].cuts == [] && binned.features[1].hasMissing)
        #expect(binned.columns == 4 && binned.cells == 4)
    }

    @Test func `infinities and neighbouring numbers are told apart`() {
        let values = [-.infinity, -1, 1, 1.0.nextUp, .infinity, -0.0, 0]
        let binned = self.bin(values)
        for (a, x) in values.enumerated() {
            for (b, y) in values.enumerated() {
                #expect((binned.codes[a] < binned.codes[b]) == (x < y))
            }
        }
    }

    @Test func `rows are binned once, and every trial gets the same bins`() {
        let data = Worlds.clusters(rows: 50, count: 2, seed: 14)
        let (first, second) = (data.binned(), data.binned(limit: 8))
        data.binned().codes.withUnsafeBufferPointer { again in
            first.codes.withUnsafeBufferPointer { #expect($0.baseAddress == again.baseAddress) }
        }
        #expect(second.features.allSatisfy { $0.ranges <= 8 })
    }
}
