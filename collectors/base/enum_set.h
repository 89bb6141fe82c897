// A set of the values of an enum class, which are numbered from 0 and end with kEnd.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace tcp_lifecycle {

template <typename Enum>
class EnumSet {
 public:
  constexpr EnumSet() = default;
  constexpr EnumSet(std::initializer_list<Enum> values) {
    for (const Enum value : values) bits_ |= Bit(value);
  }
  static constexpr EnumSet All() {
    EnumSet all;
    all.bits_ = Bit(Enum::kEnd) - 1;
    return all;
  }

  constexpr bool Contains(Enum value) const { return (bits_ & Bit(value)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr EnumSet operator|(EnumSet other) const {
    other.bits_ |= bits_;
    return other;
  }
  constexpr EnumSet operator&(EnumSet other) const {
    other.bits_ &= bits_;
    return other;
  }
  constexpr EnumSet Without(Enum value) const {
    EnumSet rest = *this;
    rest.bits_ &= ~Bit(value);
    return rest;
  }
  constexpr bool operator==(const EnumSet&) const = default;

 private:
  static_assert(static_cast<size_t>(Enum::kEnd) < 32);
  static constexpr uint32_t Bit(Enum value) { return 1u << static_cast<uint32_t>(value); }
  uint32_t bits_ = 0;
};

}  // namespace tcp_lifecycle
