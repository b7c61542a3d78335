import Engine

/// `engine-bench product multiply double|single M N K`: the seconds of an M × K times a K × N
/// matrix; `gram double M N 0`: of the Gram matrix of M rows of N columns.
///
/// The parts of the engine that are products nearly throughout are measured beside it. Products of
/// single precision are cut into the blocks in which neighbours are looked for.
func runProduct(_ arguments: [String]) {
    let extents = arguments.dropFirst(4).compactMap { Int($0) }
    guard arguments.count == 7, extents.count == 3 else {
        fail("product KIND PRECISION M N K")
    }
    let (m, n, k) = (extents[0], extents[1], extents[2])
    let seconds =
        switch (arguments[2], arguments[3]) {
        case ("multiply", "double"): doubleProduct(m, n, k)
        case ("gram", "double"): gramProduct(m, n)
        case ("multiply", "single"): singleProduct(m, n, k)
        default: fail("no product is called \(arguments[2]) \(arguments[3])")
        }
    print("{\"seconds\": \(seconds)}")
}

/// Values that no product takes long for, as denormal numbers would.
private func wave(_ count: Int) -> [Double] { (0..<count).map { Double($0 % 97) / 97 - 0.4 } }

private func doubleProduct(_ m: Int, _ n: Int, _ k: Int) -> Double {
    let left = Matrix(rows: m, columns: k, values: wave(m * k))
    let right = Matrix(rows: n, columns: k, values: wave(n * k))
    var product = Matrix(rows: m, columns: n)
    let start = processSeconds()
    LinearAlgebra.multiply(left, .stored, right, .transposed, into: &product)
    return processSeconds() - start
}

private func gramProduct(_ m: Int, _ n: Int) -> Double {
    let matrix = Matrix(rows: m, columns: n, values: wave(m * n))
    var product = Matrix(rows: n, columns: n)
    let start = processSeconds()
    LinearAlgebra.gram(matrix, .transposed, into: &product)
    return processSeconds() - start
}

private func singleProduct(_ m: Int, _ n: Int, _ k: Int) -> Double {
    let (rows, columns) = (128, 2048)
    let left = wave(rows * k).map { Float($0) }
    let right = wave(n * k).map { Float($0) }
    var product = [Float](repeating: 0, count: rows * columns)
    let start = processSeconds()
    product.withUnsafeMutableBufferPointer { product in
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                for _ in stride(from: 0, to: m, by: rows) {
                    for block in stride(from: 0, to: n, by: columns) {
                        let end = min(n, block + columns)
                        LinearAlgebra.multiplyTransposed(
                            left, UnsafeBufferPointer(rebasing: right[block * k..<end * k]),
                            inner: k, into: product)
                    }
                }
            }
        }
    }
    return processSeconds() - start
}
