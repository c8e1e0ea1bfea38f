import TestSupport

/// As the other tests know it too.
typealias JSON = TestSupport.JSON
