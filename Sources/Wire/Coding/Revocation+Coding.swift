extension Revocation {
    /// Reads the two fields of a choice, of which one is empty.
    package init(serial: String, holder: String) throws(WireError) {
        switch (serial.isEmpty, holder.isEmpty) {
        case (false, true):
            do throws(SerialNumberError) {
                self = .certificate(try SerialNumber(text: serial))
            } catch {
                throw WireError("serial", "is none: \(error)")
            }
        case (true, false):
            do throws(IdentityError) {
                self = .holder(try Holder(text: holder))
            } catch {
                throw WireError("holder", "is not ROLE/NAME: \(error)")
            }
        default: throw WireError("what", "is to be one of a serial number and a holder")
        }
    }
}
