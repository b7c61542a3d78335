import Engine
@preconcurrency import Glibc

/// `engine-bench table FILE [ROUNDS]`: reads a table of any format by the schema that it suggests,
/// and prints the megabytes a second of the file that inference and reading took, and of the
/// frame's numbers that reading gave and that a copy of them takes.
func runTable(_ arguments: [String]) throws {
    guard arguments.count >= 3 else { fail("table FILE [ROUNDS]") }
    let rounds = arguments.count > 3 ? Int(arguments[3]) ?? 5 : 5
    let bytes = contents(of: arguments[2])
    try bytes.withUnsafeBytes { bytes in
        var inference = Double.infinity
        var reading = Double.infinity
        var copying = Double.infinity
        var cells = 0
        for _ in 0..<rounds {
            let start = processSeconds()
            let schema = try Schema.infer(from: bytes)
            let inferred = processSeconds()
            let frame = try TableFormat.reader(of: bytes).frame(schema)
            let read = processSeconds()
            inference = min(inference, inferred - start)
            reading = min(reading, read - inferred)
            cells = frame.columns.count * frame.rows
            copying = min(copying, copySeconds(of: frame))
        }
        let megabytes = Double(bytes.count) / 1e6
        let cellMegabytes = Double(cells) * 8 / 1e6
        print(
            "{\"file_mb\": \(megabytes), \"infer_mb_s\": \(megabytes / inference), "
                + "\"read_mb_s\": \(megabytes / reading), \"cells\": \(cells), "
                + "\"cells_mb_s\": \(cellMegabytes / reading), "
                + "\"copy_mb_s\": \(cellMegabytes / copying)}")
    }
}

/// What it takes to copy each column of numbers into memory that is new.
private func copySeconds(of frame: Frame) -> Double {
    var copies: [UnsafeMutableRawPointer] = []
    let start = processSeconds()
    for column in frame.columns {
        guard case .numeric(let numbers) = column.values else { continue }
        let copy = UnsafeMutableRawPointer.allocate(byteCount: numbers.count * 8, alignment: 16)
        numbers.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { memcpy(copy, start, bytes.count) }
        }
        copies.append(copy)
    }
    let seconds = processSeconds() - start
    for copy in copies { copy.deallocate() }
    return seconds
}

func contents(of path: String) -> [UInt8] {
    guard let file = fopen(path, "rb") else { fail("cannot open \(path)") }
    defer { fclose(file) }
    fseek(file, 0, SEEK_END)
    let count = ftell(file)
    rewind(file)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
        read = fread(buffer.baseAddress, 1, count, file)
        guard read == count else { fail("\(path) ends too early") }
    }
}
