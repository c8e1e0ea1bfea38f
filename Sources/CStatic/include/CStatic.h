// What a fully static program says of itself.
#pragma once
