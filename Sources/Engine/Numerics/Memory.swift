/// Memory for kernels: `count` elements, set to zero, freed with their owner.
///
/// Kernels take the pointer and do their own accounting: an array would check every index, and pay
/// for uniqueness on every write. Whoever owns a `Memory` is the only one to use it.
final class Memory<Element: BitwiseCopyable> {
    let base: UnsafeMutablePointer<Element>
    let count: Int

    init(count: Int, repeating value: Element) {
        precondition(count >= 0, "a memory of \(count) elements")
        self.count = count
        self.base = UnsafeMutablePointer.allocate(capacity: max(count, 1))
        self.base.initialize(repeating: value, count: max(count, 1))
    }

    deinit { self.base.deallocate() }
}
