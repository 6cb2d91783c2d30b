import { io } from "socket.io-client";
import { sample, url } from "./sample.js";

const socket = io(url, { transports: ["websocket"] });
console.log(await socket.emitWithAck("call", sample));
socket.on("feed", (event) => console.log(event));
socket.emit("feed");
