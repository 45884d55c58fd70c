import CommandLineInterface
import GraphModel
import Kernels
import MyImaging

let moved = Definition("moved-blur", summary: "Heavy-ball descent on a moved blur") { settings throws(GraphError) in
    try movedBlur(image: "image.npy", tile: 16, settings: settings)
}
Tool.main("mygraphs", kernels: .mine, definitions: [moved])
