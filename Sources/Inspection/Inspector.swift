import Engine

/// Looks at the bytes of a foreign model without doing anything that they say.
///
/// Nothing is unpickled, built or run: pickles are walked opcode by opcode, archives by their own
/// directory, messages field by field. Every walk is bounded in steps, depth and memory, whatever
/// the bytes claim. A file may be of several formats at once, so all are tried.
package enum ModelInspector {
    package static func report(on bytes: UnsafeRawBufferPointer) -> InspectionReport {
        var inspection = Inspection()
        inspection.look(at: bytes, called: "", depth: 0)
        var report = inspection.report
        if report.formats.count > 1 && !inspection.mayHoldOthers {
            let formats = report.formats.map(\.rawValue).joined(separator: ", ")
            report.find(.suspicion, "the file is of several formats at once: \(formats)")
        }
        return report
    }
}

/// One file on the table, with what may still be spent on it.
struct Inspection {
    var report = InspectionReport()
    var opcodes = 0
    var pickles = 0
    var inflatedBytes = 0
    /// What was told of imports, so that each is told once.
    var imports: Set<String> = []
    /// Archives and arrays hold files of other formats by nature.
    private(set) var mayHoldOthers = false

    /// - Parameters:
    ///   - name: the file's in its archive, empty for the file itself.
    ///   - depth: archives that it lies in.
    mutating func look(at bytes: UnsafeRawBufferPointer, called name: String, depth: Int) {
        let before = self.report.formats.count
        if bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
            self.report.recognise(.numpy)
            self.mayHoldOthers = true
            self.walkArray(bytes, called: name)
            return
        }
        if Safetensors.mayBe(bytes) { self.walkTensors(bytes, called: name) }
        if bytes.first == UInt8(ascii: "{") { self.walkManifest(bytes, called: name) }
        if let archive = ZipDirectory.find(in: bytes) {
            self.report.recognise(.zip)
            self.mayHoldOthers = true
            self.walkArchive(archive, bytes, called: name, depth: depth)
        }
        if let inflated = self.inflated(bytes, called: name) {
            self.report.recognise(.compressed)
            self.mayHoldOthers = true
            let outside = self.report.formats.count
            if depth < InspectionLimits.depthMax {
                inflated.withUnsafeBytes { self.look(at: $0, called: name, depth: depth + 1) }
            } else {
                self.report.find(.suspicion, in: name, "compressed too many times to look into")
            }
            if depth == 0, self.report.formats.count == outside {
                self.report.breakOff("what is compressed is of no known format")
            }
            return
        }
        if NetworkWalk.mayBe(bytes) { self.walkNetwork(bytes, called: name) }
        self.walkPickles(bytes, called: name, mayBeOther: self.report.formats.count > before)
    }
}
