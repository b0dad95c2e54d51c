// Runs a script as Argo CD does, on one object a line: the global obj is the object, and what it returns is the answer.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	lua "github.com/yuin/gopher-lua"
)

const longestLine = 16 << 20

func main() {
	if err := judge(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judge(script string) error {
	text, err := os.ReadFile(script)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var object any
		if err := json.Unmarshal(lines.Bytes(), &object); err != nil {
			return err
		}
		answer, err := run(string(text), object)
		if err != nil {
			return err
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
	return lines.Err()
}

// As Argo CD runs what stands in its ConfigMap: without strings and mathematics, and within a second.
func run(script string, object any) (any, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	open(state, lua.LoadLibName, lua.OpenPackage)
	open(state, lua.BaseLibName, lua.OpenBase)
	open(state, lua.TabLibName, lua.OpenTable)
	offerClock(state)
	within, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(within)
	state.SetGlobal("obj", toLua(state, object))
	if err := state.DoString(script); err != nil {
		return nil, err
	}
	return fromLua(state.Get(-1)), nil
}

func open(state *lua.LState, name string, library lua.LGFunction) lua.LValue {
	state.Push(state.NewFunction(library))
	state.Push(lua.LString(name))
	state.Call(1, 1)
	opened := state.Get(-1)
	state.Pop(1)
	return opened
}

// Of os there is what tells the time, for who says require("os"): it is no global.
func offerClock(state *lua.LState) {
	whole := open(state, lua.OsLibName, lua.OpenOs)
	clock := state.NewTable()
	for _, name := range []string{"time", "date"} {
		clock.RawSetString(name, state.GetField(whole, name))
	}
	state.SetGlobal(lua.OsLibName, lua.LNil)
	loaded := state.GetField(state.Get(lua.RegistryIndex), "_LOADED")
	state.SetField(loaded, lua.OsLibName, lua.LNil)
	state.PreloadModule(lua.OsLibName, func(state *lua.LState) int {
		state.Push(clock)
		return 1
	})
}

func toLua(state *lua.LState, value any) lua.LValue {
	switch given := value.(type) {
	case map[string]any:
		table := state.NewTable()
		for name, inner := range given {
			table.RawSetString(name, toLua(state, inner))
		}
		return table
	case []any:
		table := state.NewTable()
		for _, inner := range given {
			table.Append(toLua(state, inner))
		}
		return table
	case string:
		return lua.LString(given)
	case float64:
		return lua.LNumber(given)
	case bool:
		return lua.LBool(given)
	}
	return lua.LNil
}

func fromLua(value lua.LValue) any {
	switch given := value.(type) {
	case *lua.LTable:
		if given.Len() > 0 {
			list := []any{}
			given.ForEach(func(_, inner lua.LValue) { list = append(list, fromLua(inner)) })
			return list
		}
		fields := map[string]any{}
		given.ForEach(func(name, inner lua.LValue) { fields[name.String()] = fromLua(inner) })
		return fields
	case lua.LString:
		return string(given)
	case lua.LNumber:
		return float64(given)
	case lua.LBool:
		return bool(given)
	}
	return nil
}
