/// Tells the kind of a column by its fields, whatever the format.
///
/// It is numeric if every field that is present is a number (so is one without any). It is a date
/// if every field that is present is one, and none is a bare year, which is a number as well. Else
/// it is of texts if `TextProbe` says so, or categorical.
struct KindProbe {
    /// While it holds, a number is told by `lookAtNumber()` just as well.
    private(set) var mayBeNumeric = true
    private var mayBeDate = true
    private var texts = TextProbe()

    var kind: Schema.Kind { self.mayBeNumeric ? .numeric() : self.kindOfTexts }

    /// The kind of a column whose format calls it one of texts, if they are numbers all the same.
    var kindOfTexts: Schema.Kind {
        if !self.mayBeNumeric, self.mayBeDate { return .date }
        return self.texts.verdict == .texts ? .text : .categorical()
    }

    /// A field that is a number.
    @inline(__always)
    mutating func lookAtNumber() { self.mayBeDate = false }

    /// Any field that is present.
    ///
    /// - Parameter isEscaped: whether quotes within are doubled, which no number has.
    mutating func look(at field: UnsafeBufferPointer<UInt8>, isEscaped: Bool = false) {
        if field.count > TableLimits.fieldBytesMax {
            // Only a text may be so long, whatever it spells.
            self.mayBeNumeric = false
            self.mayBeDate = false
        }
        if self.mayBeNumeric {
            if !isEscaped, DecimalNumber.parse(field) != nil {
                self.mayBeDate = false
            } else {
                self.mayBeNumeric = false
            }
        }
        if self.mayBeDate {
            self.mayBeDate = CivilTime.moment(field) != nil && DecimalNumber.parse(field) == nil
        }
        self.texts.look(at: field)
    }
}
