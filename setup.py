"""What pyproject.toml cannot say: scripts/ and configs/ are installed inside the package."""

from setuptools import find_packages, setup

setup(
    packages=[
        *find_packages(include=["handconv*", "learned*"]),
        "handconv._configs",
        "handconv._scripts",
        *(f"handconv._scripts.{name}" for name in find_packages("scripts")),
    ],
    package_dir={"handconv._configs": "configs", "handconv._scripts": "scripts"},
)
