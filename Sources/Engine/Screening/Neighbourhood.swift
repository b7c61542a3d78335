/// A sample of a table's rows, and for each the others in order of distance.
///
/// Gower's distance on ranks: two numbers are as far apart as the share of rows between them, two
/// texts 0 or 1, and a missing value is 1 from any that is there. So no column counts more than
/// another, and no value can be planted so far outside that it counts for all.
struct Neighbourhood {
    /// The sample, ascending.
    private let rows: [Int]
    /// Row by row: a number from 0 to 1 for each column, or a text's code.
    private let places: [Float]
    private let isText: [Bool]

    /// Beyond this many, neighbours are no neighbours in a sample of 2,000.
    private static let neighboursMax = 50
    private static let neighboursForNumbers = 15
    /// How rarely chance alone may leave a label without company.
    private static let chance = 0.01

    init(_ features: Frame, _ sample: [Int], _ generator: inout SeededGenerator) {
        let columns = generator.sample(PoisonScreen.sampleColumns, of: features.columns.count)
        var places = [Float](repeating: 0, count: sample.count * columns.count)
        var isText: [Bool] = []
        for (index, column) in columns.enumerated() {
            let values: [Float]
            switch features.columns[column].values {
            case .numeric(let numbers), .dates(let numbers):
                isText.append(false)
                values = Self.ranks(sample.map { numbers[$0] })
            case .categorical(let categories), .texts(let categories):
                isText.append(true)
                values = sample.map { Float(categories.codes[$0]) }
            }
            for (row, value) in values.enumerated() { places[row * columns.count + index] = value }
        }
        self.rows = sample
        self.places = places
        self.isText = isText
    }

    /// The share of values below each; equal values have one rank, missing ones stay NaN.
    private static func ranks(_ numbers: [Double]) -> [Float] {
        let sorted = numbers.filter { !$0.isNaN }.sorted()
        return numbers.map { number in
            guard !number.isNaN else { return .nan }
            var low = 0
            var high = sorted.count
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] < number { low = middle + 1 } else { high = middle }
            }
            return Float(low) / Float(sorted.count)
        }
    }

    // MARK: Verdicts

    /// Rows of the table whose class none of their neighbours has, where that is no chance.
    ///
    /// A class that p of the sample belong to is absent among k rows with probability (1 − p)^k. k
    /// is the first for which that is at most a hundredth; of classes so rare that it takes more
    /// than `neighboursMax`, nothing is said.
    func loneClasses(_ labels: [Int32], count: Int) -> [Int] {
        var members = [Int](repeating: 0, count: count)
        for row in self.rows { members[Int(labels[row])] += 1 }
        let needed = members.map { members -> Int in
            let share = Double(members) / Double(self.rows.count)
            guard share < 1 else { return 1 }
            guard share > 0 else { return .max }
            let count = (log(Self.chance) / log(1 - share)).rounded(.up)
            return count > Double(Self.neighboursMax) ? .max : max(5, Int(count))
        }
        return self.rows.indices.filter { index in
            let label = labels[self.rows[index]]
            let count = needed[Int(label)]
            guard count < self.rows.count else { return false }
            return self.nearest(count, to: index).allSatisfy { labels[self.rows[$0]] != label }
        }.map { self.rows[$0] }
    }

    /// Rows of the table whose number is far from the median of their neighbours, by the spread
    /// that such differences have in this table.
    func loneNumbers(_ numbers: [Double]) -> [Int] {
        guard self.rows.count > 4 * Self.neighboursForNumbers else { return [] }
        let differences = self.rows.indices.map { index in
            let around = self.nearest(Self.neighboursForNumbers, to: index)
                .map { numbers[self.rows[$0]] }.sorted()
            return numbers[self.rows[index]] - around[around.count / 2]
        }
        return RobustScale(differences).farOut(in: differences).map { self.rows[$0] }
    }

    /// The nearest others of the sample; of those at one distance, the first.
    private func nearest(_ count: Int, to index: Int) -> [Int] {
        var nearest: [(distance: Float, index: Int)] = []
        nearest.reserveCapacity(count + 1)
        for other in self.rows.indices where other != index {
            let distance = self.distance(index, other)
            if nearest.count == count, distance >= nearest[count - 1].distance { continue }
            let place = nearest.firstIndex { $0.distance > distance } ?? nearest.count
            nearest.insert((distance, other), at: place)
            if nearest.count > count { nearest.removeLast() }
        }
        return nearest.map(\.index)
    }

    private func distance(_ one: Int, _ other: Int) -> Float {
        let width = self.isText.count
        var sum: Float = 0
        self.places.withUnsafeBufferPointer { places in
            for column in 0..<width {
                let left = places[one * width + column]
                let right = places[other * width + column]
                if self.isText[column] {
                    sum += left == right ? 0 : 1
                } else if left.isNaN || right.isNaN {
                    sum += left.isNaN && right.isNaN ? 0 : 1
                } else {
                    sum += abs(left - right)
                }
            }
        }
        return sum
    }
}
