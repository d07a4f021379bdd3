# Made by make sums: who changes it by hand loses that with the next version.
class Podmend < Formula
  desc "Finds pods that break the Pod Security Standards and mends their source"
  homepage "https://github.com/podmend/podmend"
  version "1.2.3"
  license "Apache-2.0"

  on_macos do
    on_arm do
      url "https://github.com/podmend/podmend/releases/download/v1.2.3/podmend_darwin_arm64.tar.gz"
      sha256 "9a8b132faa135fdce431e05c8c0ffdbfc4bb264a0399de78092eeae4dc6b2d6d"
    end
    on_intel do
      url "https://github.com/podmend/podmend/releases/download/v1.2.3/podmend_darwin_amd64.tar.gz"
      sha256 "5c90ffacba6eb418efaa5cab5025d69ef57e2952edd2d307e6918dd61e8d030d"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/podmend/podmend/releases/download/v1.2.3/podmend_linux_arm64.tar.gz"
      sha256 "bb20aa1be0e965f40dc7a038418e7ae395a3f3e9a8baf07502322244a17b4314"
    end
    on_intel do
      url "https://github.com/podmend/podmend/releases/download/v1.2.3/podmend_linux_amd64.tar.gz"
      sha256 "45b76a1a9e2f891a0533c7fa492fb712f40252e13de5d5d25fdd18dd33a550ef"
    end
  end

  def install
    bin.install "podmend"
    man1.install Dir["man/*.1"]
    bash_completion.install "completions/podmend.bash" => "podmend"
    zsh_completion.install "completions/_podmend"
    fish_completion.install "completions/podmend.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/podmend --version")
  end
end
