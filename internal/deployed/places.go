package deployed

import "reflect"

var placeType = reflect.TypeFor[Place]()

// MapPlaces returns a copy of s in which f has replaced each place that is known.
func (s State) MapPlaces(f func(Place) Place) State {
	out := reflect.New(reflect.TypeFor[State]()).Elem()
	out.Set(mapPlaces(reflect.ValueOf(s), f))
	return out.Interface().(State)
}

func mapPlaces(v reflect.Value, f func(Place) Place) reflect.Value {
	switch {
	case v.Type() == placeType:
		if p := v.Interface().(Place); p != (Place{}) {
			return reflect.ValueOf(f(p))
		}
		return v
	case v.Type() == textType, v.Type() == documentType:
		return v
	}
	switch v.Kind() {
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		for i := range v.NumField() {
			out.Field(i).Set(mapPlaces(v.Field(i), f))
		}
		return out
	case reflect.Slice:
		if v.IsNil() {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(mapPlaces(v.Index(i), f))
		}
		return out
	case reflect.Pointer:
		if v.IsNil() {
			return v
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(mapPlaces(v.Elem(), f))
		return out
	}
	return v
}
