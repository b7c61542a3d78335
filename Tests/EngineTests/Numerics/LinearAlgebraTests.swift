import Testing

@testable import Engine

@Suite struct LinearAlgebraTests {
    var generator = SeededGenerator(seed: 3)

    mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
        Matrix(
            rows: rows, columns: columns,
            values: (0..<rows * columns).map { _ in self.generator.unit() - 0.5 })
    }

    @Test mutating func `a product equals the sum over the inner index, in all orientations`() {
        for (left, right) in [
            (Orientation.stored, Orientation.stored), (.transposed, .stored),
            (.stored, .transposed), (.transposed, .transposed),
        ] {
            let a = left == .stored ? self.matrix(5, 7) : self.matrix(7, 5)
            let b = right == .stored ? self.matrix(7, 4) : self.matrix(4, 7)
            var c = Matrix(rows: 5, columns: 4)
            LinearAlgebra.multiply(a, left, b, right, into: &c)
            for i in 0..<5 {
                for j in 0..<4 {
                    var sum = 0.0
                    for k in 0..<7 {
                        sum +=
                            (left == .stored ? a[i, k] : a[k, i])
                            * (right == .stored ? b[k, j] : b[j, k])
                    }
                    #expect(abs(c[i, j] - sum) < 1e-14)
                }
            }
        }
    }

    @Test mutating func `a matrix times a vector equals the sums over its rows or columns`() {
        let a = self.matrix(6, 3)
        var y = [Double](repeating: 0, count: 6)
        LinearAlgebra.multiply(a, .stored, [1, 2, 3], into: &y)
        for i in 0..<6 { #expect(abs(y[i] - a[i, 0] - 2 * a[i, 1] - 3 * a[i, 2]) < 1e-14) }
        var z = [Double](repeating: 0, count: 3)
        LinearAlgebra.multiply(a, .transposed, Array(repeating: 1, count: 6), into: &z)
        for j in 0..<3 { #expect(abs(z[j] - (0..<6).reduce(0) { $0 + a[$1, j] }) < 1e-14) }
    }

    @Test(arguments: [0, 1, 255, 256, 600])
    mutating func `a scatter with an intercept is the sum over the rows that count`(rows: Int) {
        let a = self.matrix(rows, 3)
        let scatter = a.scatterWithIntercept { Double($0 % 4) }
        for i in 0..<4 {
            for j in i..<4 {
                var sum = 0.0
                for row in 0..<rows {
                    let (left, right) = (i < 3 ? a[row, i] : 1, j < 3 ? a[row, j] : 1)
                    sum += Double(row % 4) * left * right
                }
                #expect(abs(scatter[i, j] - sum) < 1e-11)
            }
        }
    }

    @Test mutating func `a Gram matrix is the product with its own transpose`() {
        let a = self.matrix(6, 4)
        for orientation in [Orientation.stored, .transposed] {
            let order = orientation == .stored ? 6 : 4
            var gram = Matrix(rows: order, columns: order)
            LinearAlgebra.gram(a, orientation, into: &gram)
            var full = gram
            LinearAlgebra.multiply(
                a, orientation, a, orientation == .stored ? .transposed : .stored, into: &full)
            for i in 0..<order {
                for j in i..<order { #expect(abs(gram[i, j] - full[i, j]) < 1e-14) }
            }
        }
    }

    @Test mutating func `single precision rows times rows`() {
        let a: [Float] = [1, 2, 3, 4, 5, 6]
        let b: [Float] = [1, 0, -1, 2, 2, 2]
        var c: [Float] = Array(repeating: 9, count: 4)
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                c.withUnsafeMutableBufferPointer {
                    LinearAlgebra.multiplyTransposed(a, b, inner: 3, into: $0)
                }
            }
        }
        #expect(c == [-2, 12, -2, 30])
    }

    @Test mutating func `nothing times something is zero, not what was there`() {
        var c = Matrix(rows: 2, columns: 2, repeating: 7)
        LinearAlgebra.multiply(
            Matrix(rows: 2, columns: 0), .stored, Matrix(rows: 0, columns: 2), .stored, into: &c)
        #expect(c == Matrix(rows: 2, columns: 2))
    }

    @Test mutating func `Cholesky solves a positive definite system`() throws {
        let a = self.matrix(20, 8)
        var system = Matrix(rows: 8, columns: 8)
        LinearAlgebra.gram(a, .transposed, into: &system)
        for i in 0..<8 {
            for j in 0..<i { system[i, j] = system[j, i] }
        }
        let truth = (1...8).map { Double($0) }
        var b = [Double](repeating: 0, count: 8)
        LinearAlgebra.multiply(system, .stored, truth, into: &b)
        try Cholesky(system).solve(&b)
        for (x, expected) in zip(b, truth) { #expect(abs(x - expected) < 1e-9) }
    }

    @Test func `the first failing pivot has a name`() {
        let singular = Matrix(rows: 3, columns: 3, values: [4, 2, 0, 2, 1, 0, 0, 0, 1])
        #expect(throws: LinearError.notPositiveDefinite(pivot: 1)) { try Cholesky(singular) }
        let broken = Matrix(rows: 2, columns: 2, values: [1, 0, 0, .nan])
        #expect(throws: LinearError.notPositiveDefinite(pivot: 1)) { try Cholesky(broken) }
    }
}
