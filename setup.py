"""What pyproject.toml cannot say: scripts/ and configs/ are installed inside the package."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["handconv*", "learned*"]),
        "handconv._configs",
        "handconv._scripts",
        "handconv._scripts.benchmarks",
        "handconv._scripts.benchmarks.pairs",
        "handconv._scripts.benchmarks.pairs.contestants",
        "handconv._scripts.benchmarks.pairs.programs",
    ],
    package_dir={"handconv._configs": "configs", "handconv._scripts": "scripts"},
)
