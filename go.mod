module github.com/pzgen/pzgen

go 1.26.8
